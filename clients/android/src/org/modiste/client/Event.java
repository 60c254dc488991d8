package org.modiste.client;

import java.text.SimpleDateFormat;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.UUID;

/** One thing that a shopper did. Its id is made once, so that sending it again is harmless. */
public final class Event {
    private final Map<String, Object> fields = new LinkedHashMap<String, Object>();

    /**
     * An event of now.
     *
     * @param userId the shopper
     * @param name GA4's name, such as "view_item", "add_to_cart" or "purchase"
     * @param itemId the product
     */
    public Event(String userId, String name, String itemId) {
        this(UUID.randomUUID().toString(), userId, name, itemId, new Date());
    }

    /** An event that was kept for later, with its own id and time. */
    public Event(String eventId, String userId, String name, String itemId, Date time) {
        // java.time needs Android 8.
        SimpleDateFormat format = new SimpleDateFormat("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT);
        format.setTimeZone(TimeZone.getTimeZone("UTC"));
        fields.put("event_id", eventId);
        fields.put("user_id", userId);
        fields.put("event_name", name);
        fields.put("item_id", itemId);
        fields.put("event_time", format.format(time));
    }

    /** How many pieces were bought. */
    public Event quantity(int quantity) {
        fields.put("quantity", quantity);
        return this;
    }

    /** The id, to keep with an event until it was acknowledged. */
    public String id() {
        return (String) fields.get("event_id");
    }

    Map<String, Object> fields() {
        return fields;
    }
}
