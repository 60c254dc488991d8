package org.modiste.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
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

    /**
     * What a photo shows: category, box, attributes, and an embedding to search with.
     *
     * @param photo a JPEG, PNG or WebP file
     * @param box the box of this search is where to look, its other parts are not read; may be null
     */
    public Fields detect(byte[] photo, Search box) throws IOException {
        Multipart form = new Multipart(photo, box == null ? "{}" : box.boxJson());
        return transport.post("/v1/detect", form.contentType, form.body);
    }

    /**
     * How many products there are of each type, category, colour, brand and price; kept like
     * products.
     *
     * @param filters of this search type, category, color, brand, attributes and the range of
     *     price count; its other parts are not read; may be null
     */
    public Fields facets(Search filters) throws IOException {
        return transport.get("/v1/facets" + (filters == null ? "" : filters.facetArguments()));
    }

    /** Products of other kinds that go with one, for a shopper or, if that is null, for anybody. */
    public Fields complete(String itemId, int k, String userId) throws IOException {
        String path = "/v1/items/" + Transport.escaped(itemId) + "/complete?k=" + k;
        return transport.get(userId == null ? path : path + "&user_id=" + Transport.escaped(userId));
    }

    /** Products like one of the catalogue. */
    public Fields similar(String itemId, int k) throws IOException {
        return transport.get("/v1/items/" + Transport.escaped(itemId) + "/similar?k=" + k);
    }

    /** One product; kept, and fetched again only when it has changed. */
    public Fields item(String itemId) throws IOException {
        return transport.get("/v1/items/" + Transport.escaped(itemId));
    }

    /** The photo of a product, as a file; kept likewise. */
    public byte[] image(String itemId) throws IOException {
        return transport.getBytes("/v1/items/" + Transport.escaped(itemId) + "/image");
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

    /**
     * Tells what a shopper thought of a product that a search showed; again is harmless.
     *
     * @param searchId "search_id" of that answer
     * @param itemId the product
     * @param kind "click", "like", "dislike" or "dismiss"
     */
    public Fields feedback(String searchId, String itemId, String kind) throws IOException {
        Map<String, Object> said = new LinkedHashMap<String, Object>();
        said.put("search_id", searchId);
        said.put("item_id", itemId);
        said.put("kind", kind);
        return transport.post("/v1/feedback", JSON, Transport.utf8(Json.write(said)));
    }

    /** Whether a release is loaded, and which. */
    public Fields ready() throws IOException {
        return transport.get("/readyz");
    }
}
