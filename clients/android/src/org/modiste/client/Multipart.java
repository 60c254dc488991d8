package org.modiste.client;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.util.UUID;

/** A multipart/form-data body (RFC 7578): a photo and, beside it, the search as JSON. */
final class Multipart {
    private static final Charset UTF_8 = Charset.forName("UTF-8");

    final String contentType;
    final byte[] body;

    Multipart(byte[] photo, String query) {
        String boundary = "modiste-" + UUID.randomUUID();
        ByteArrayOutputStream out = new ByteArrayOutputStream(photo.length + query.length() + 512);
        write(out, "--" + boundary + "\r\nContent-Disposition: form-data; name=\"query\"\r\n"
                + "Content-Type: application/json\r\n\r\n" + query + "\r\n");
        write(out, "--" + boundary + "\r\nContent-Disposition: form-data; name=\"photo\"; "
                + "filename=\"photo\"\r\nContent-Type: application/octet-stream\r\n\r\n");
        out.write(photo, 0, photo.length);
        write(out, "\r\n--" + boundary + "--\r\n");
        contentType = "multipart/form-data; boundary=" + boundary;
        body = out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        out.write(bytes, 0, bytes.length);
    }
}
