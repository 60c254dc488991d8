package org.modiste.client;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a shopper asks for; every part is optional, and none of them asks for the home page. */
public final class Search {
    private final Map<String, Object> fields = new LinkedHashMap<String, Object>();
    private final Map<String, Object> filters = new LinkedHashMap<String, Object>();

    /** A phrase, such as "striped cotton dress under 60 euro". */
    public Search text(String text) {
        fields.put("text", text);
        return this;
    }

    /** A product to find others like. */
    public Search item(String itemId) {
        fields.put("item_id", itemId);
        return this;
    }

    /** The shopper, whose purchases order the answer. */
    public Search user(String userId) {
        fields.put("user_id", userId);
        return this;
    }

    /** The garment in the photo: fractions of its width and height, x1 below x2, y1 below y2. */
    public Search box(double x1, double y1, double x2, double y2) {
        fields.put("box", Arrays.asList(x1, y1, x2, y2));
        return this;
    }

    /** Products looked at a moment ago, latest last. */
    public Search recent(List<String> itemIds) {
        fields.put("recent", new ArrayList<String>(itemIds));
        return this;
    }

    /** Products bought a moment ago, latest last. */
    public Search bought(List<String> itemIds) {
        fields.put("bought", new ArrayList<String>(itemIds));
        return this;
    }

    /** What the release's network saw in a photo, here or in an answer of detect; no photo then. */
    public Search embedding(List<Double> numbers) {
        fields.put("embedding", new ArrayList<Double>(numbers));
        return this;
    }

    /** Products to leave out. */
    public Search exclude(List<String> itemIds) {
        fields.put("exclude", new ArrayList<String>(itemIds));
        return this;
    }

    /**
     * The next page: "next_cursor" of an answer to this same search, photo included. It is empty
     * on the last page.
     */
    public Search cursor(String nextCursor) {
        fields.put("cursor", nextCursor);
        return this;
    }

    /** How many products, 1 to 100. */
    public Search k(int k) {
        fields.put("k", k);
        return this;
    }

    /** Only products whose column has one of these values, such as "color" and "navy". */
    public Search filter(String column, String... values) {
        filters.put(column, values.length == 1 ? values[0] : Arrays.asList(values));
        return this;
    }

    /** Only products whose column lies between two numbers; NaN leaves a side open. */
    public Search range(String column, double min, double max) {
        Map<String, Object> range = new LinkedHashMap<String, Object>();
        if (!Double.isNaN(min)) {
            range.put("min", min);
        }
        if (!Double.isNaN(max)) {
            range.put("max", max);
        }
        filters.put(column, range);
        return this;
    }

    /** The box alone, which is all that detect takes. */
    String boxJson() {
        Map<String, Object> body = new LinkedHashMap<String, Object>();
        if (fields.containsKey("box")) {
            body.put("box", fields.get("box"));
        }
        return Json.write(body);
    }

    /** The filters as arguments of an address: "?color=navy&price_max=60.0", or nothing. */
    String facetArguments() {
        StringBuilder out = new StringBuilder();
        for (Map.Entry<String, Object> filter : filters.entrySet()) {
            Object value = filter.getValue();
            if (value instanceof Map) {
                for (Map.Entry<?, ?> end : ((Map<?, ?>) value).entrySet()) {
                    argument(out, filter.getKey() + "_" + end.getKey(), end.getValue());
                }
            } else if (value instanceof List) {
                for (Object each : (List<?>) value) {
                    argument(out, filter.getKey(), each);
                }
            } else {
                argument(out, filter.getKey(), value);
            }
        }
        return out.toString();
    }

    private static void argument(StringBuilder out, String name, Object value) {
        out.append(out.length() == 0 ? '?' : '&').append(Transport.escaped(name));
        out.append('=').append(Transport.escaped(String.valueOf(value)));
    }

    String json() {
        Map<String, Object> body = new LinkedHashMap<String, Object>(fields);
        if (!filters.isEmpty()) {
            body.put("filters", filters);
        }
        return Json.write(body);
    }
}
