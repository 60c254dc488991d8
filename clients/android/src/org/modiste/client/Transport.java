package org.modiste.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UnsupportedEncodingException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Requests over HttpURLConnection: tried again where that is safe, and remembered by ETag. */
final class Transport {
    private static final Charset UTF_8 = Charset.forName("UTF-8");
    private static final int MAX_ANSWER_BYTES = 32 * 1024 * 1024;
    private static final long FIRST_WAIT_MS = 250;
    private static final long LONGEST_WAIT_MS = 30_000;

    private final String base;
    private final String key;
    private final int timeoutMs;
    private final int tries;
    private final Map<String, Kept> kept;
    private final Random random = new Random();

    Transport(String base, String key, int timeoutMs, int tries, final int nKept) {
        this.base = base;
        this.key = key;
        this.timeoutMs = timeoutMs;
        this.tries = tries;
        // In the order of their last use, so that the one used longest ago goes first.
        this.kept = new LinkedHashMap<String, Kept>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
                return size() > nKept;
            }
        };
    }

    /** Bytes under an ETag. */
    private static final class Kept {
        final String tag;
        final byte[] body;

        Kept(String tag, byte[] body) {
            this.tag = tag;
            this.body = body;
        }
    }

    /** What came back. */
    private static final class Reply {
        final int status;
        final byte[] body;
        final String tag;
        final String retryAfter;

        Reply(int status, byte[] body, String tag, String retryAfter) {
            this.status = status;
            this.body = body;
            this.tag = tag;
            this.retryAfter = retryAfter;
        }
    }

    Fields get(String path) throws IOException {
        return fields(getBytes(path));
    }

    /** Fetches bytes; what the service says has not changed is not sent again. */
    byte[] getBytes(String path) throws IOException {
        Kept known;
        synchronized (kept) {
            known = kept.get(path);
        }
        Reply reply = send("GET", path, null, null, known == null ? null : known.tag);
        if (reply.status == HttpURLConnection.HTTP_NOT_MODIFIED && known != null) {
            return known.body.clone();
        }
        if (reply.tag != null) {
            synchronized (kept) {
                kept.put(path, new Kept(reply.tag, reply.body.clone()));
            }
        }
        return reply.body;
    }

    /** Sends a body. The service does the same thing once however often this one is sent. */
    Fields post(String path, String contentType, byte[] body) throws IOException {
        return fields(send("POST", path, contentType, body, null).body);
    }

    /** Text as one segment or argument of an address. */
    static String escaped(String text) {
        try {
            String escaped = URLEncoder.encode(text, "UTF-8").replace("+", "%20");
            // Dots alone would be a step up.
            return escaped.equals(".") || escaped.equals("..")
                    ? escaped.replace(".", "%2E")
                    : escaped;
        } catch (UnsupportedEncodingException error) {
            throw new AssertionError(error);
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }

    private static Fields fields(byte[] body) throws IOException {
        try {
            return Fields.of(Json.parse(new String(body, UTF_8)));
        } catch (IllegalArgumentException error) {
            throw new IOException("The service must answer in JSON. " + error.getMessage(), error);
        }
    }

    private Reply send(String method, String path, String type, byte[] body, String tag)
            throws IOException {
        for (int attempt = 1; ; attempt++) {
            Reply reply = null;
            IOException failed = null;
            try {
                reply = once(method, path, type, body, tag);
            } catch (IOException error) {
                failed = error;
            }
            if (reply != null && reply.status < 400) {
                return reply;
            }
            boolean passing = reply == null || reply.status == 429 || reply.status == 503
                    || reply.status == 502 || reply.status == 504;
            if (!passing || attempt >= tries) {
                throw failed != null
                        ? failed
                        : ProblemException.of(reply.status, new String(reply.body, UTF_8));
            }
            pause(attempt, reply == null ? null : reply.retryAfter);
        }
    }

    private void pause(int attempt, String retryAfter) throws IOException {
        // Doubled each time, and not for all phones at the same moment.
        long wait = (long) (FIRST_WAIT_MS * (1L << Math.min(attempt - 1, 7)) * (0.5 + random.nextDouble()));
        if (retryAfter != null) {
            try {
                wait = Math.max(wait, 1000L * Long.parseLong(retryAfter.trim()));
            } catch (NumberFormatException ignored) {
                // A date: the own wait does.
            }
        }
        try {
            Thread.sleep(Math.min(wait, LONGEST_WAIT_MS));
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while waiting to try again");
        }
    }

    private Reply once(String method, String path, String type, byte[] body, String tag)
            throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL(base + path).openConnection();
        try {
            connection.setRequestMethod(method);
            connection.setConnectTimeout(timeoutMs);
            connection.setReadTimeout(timeoutMs);
            connection.setUseCaches(false);
            // A key must not follow to another host.
            connection.setInstanceFollowRedirects(false);
            connection.setRequestProperty("Accept", "application/json, image/*");
            if (key != null) {
                connection.setRequestProperty("Authorization", "Bearer " + key);
            }
            if (tag != null) {
                connection.setRequestProperty("If-None-Match", tag);
            }
            if (body != null) {
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", type);
                connection.setFixedLengthStreamingMode(body.length);
                OutputStream out = connection.getOutputStream();
                try {
                    out.write(body);
                } finally {
                    out.close();
                }
            }
            int status = connection.getResponseCode();
            InputStream in =
                    status >= 400 ? connection.getErrorStream() : connection.getInputStream();
            byte[] answer = in == null ? new byte[0] : read(in);
            return new Reply(
                    status,
                    answer,
                    connection.getHeaderField("ETag"),
                    connection.getHeaderField("Retry-After"));
        } finally {
            connection.disconnect();
        }
    }

    private static byte[] read(InputStream in) throws IOException {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] part = new byte[16 * 1024];
            for (int n = in.read(part); n >= 0; n = in.read(part)) {
                out.write(part, 0, n);
                if (out.size() > MAX_ANSWER_BYTES) {
                    throw new IOException("An answer must be at most 32 MiB. Received: more");
                }
            }
            return out.toByteArray();
        } finally {
            in.close();
        }
    }
}
