package org.modiste.client;

import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The service of modiste, version 1.
 *
 * <p>Calls block: on Android, make them off the main thread. One client may be shared by all
 * threads. What passes (429, 502, 503, 504, a broken connection) is tried again after the time
 * that the service names; everything that is sent may be sent again without harm.
 *
 * <pre>{@code
 * ModisteClient shop = new ModisteClient("https://shop.example", "key");
 * for (Fields product : shop.recommend(new Search().text("red dress")).objects("recommendations")) {
 *     show(product.text("item_id"), product.objects("reasons").get(0).text("text"));
 * }
 * }</pre>
 */
public final class ModisteClient {
    private static final String JSON = "application/json";
    private static final int DEFAULT_TIMEOUT_MS = 10_000;
    private static final int DEFAULT_TRIES = 4;
    private static final int DEFAULT_KEPT = 200;

    private final Transport transport;

    /** A client with 10 seconds to connect and to read, and four tries. */
    public ModisteClient(String url, String key) {
        this(url, key, DEFAULT_TIMEOUT_MS, DEFAULT_TRIES);
    }

    /**
     * A client.
     *
     * @param url where the service is, such as https://shop.example
     * @param key an API key, or null where the service asks for none
     * @param timeoutMs milliseconds to connect, and between two parts of an answer
     * @param tries how often a request is sent at most
     */
    public ModisteClient(String url, String key, int timeoutMs, int tries) {
        if (!url.startsWith("https://") && !url.startsWith("http://")) {
            throw new IllegalArgumentException("url must be an http or https address. Received: " + url);
        }
        if (timeoutMs < 1 || tries < 1) {
            throw new IllegalArgumentException(
                    "timeoutMs and tries must be at least 1. Received: " + timeoutMs + ", " + tries);
        }
        String base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        this.transport = new Transport(base, key, timeoutMs, tries, DEFAULT_KEPT);
    }

    /** Products for a search; see the service's /openapi.json for the fields. */
    public Fields recommend(Search search) throws IOException {
        return transport.post("/v1/recommendations", JSON, Transport.utf8(search.json()));
    }

    /**
     * Products for a photo.
     *
     * @param photo a JPEG, PNG or WebP file, as the camera wrote it
     * @param search what is asked beside it
     */
    public Fields recommend(Search search, byte[] photo) throws IOException {
        Multipart form = new Multipart(photo, search.json());
        return transport.post("/v1/recommendations", form.contentType, form.body);
    }

    /** Products like one of the catalogue. */
    public Fields similar(String itemId, int k) throws IOException {
        return transport.get("/v1/items/" + escaped(itemId) + "/similar?k=" + k);
    }

    /** One product; kept, and fetched again only when it has changed. */
    public Fields item(String itemId) throws IOException {
        return transport.get("/v1/items/" + escaped(itemId));
    }

    /** The photo of a product, as a file; kept likewise. */
    public byte[] image(String itemId) throws IOException {
        return transport.getBytes("/v1/items/" + escaped(itemId) + "/image");
    }

    /**
     * Tells what shoppers did. When this returns, the events are on the service's disk.
     *
     * @return how many were new, known already and set aside
     */
    public Fields record(List<Event> events) throws IOException {
        List<Map<String, Object>> all = new ArrayList<Map<String, Object>>();
        for (Event event : events) {
            all.add(event.fields());
        }
        String body = Json.write(Collections.singletonMap("events", all));
        return transport.post("/v1/events", JSON, Transport.utf8(body));
    }

    /** Whether a release is loaded, and which. */
    public Fields ready() throws IOException {
        return transport.get("/readyz");
    }

    private static String escaped(String itemId) {
        try {
            return URLEncoder.encode(itemId, "UTF-8").replace("+", "%20");
        } catch (UnsupportedEncodingException error) {
            throw new AssertionError(error);
        }
    }
}
