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

    String json() {
        Map<String, Object> body = new LinkedHashMap<String, Object>(fields);
        if (!filters.isEmpty()) {
            body.put("filters", filters);
        }
        return Json.write(body);
    }
}
