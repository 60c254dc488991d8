package org.modiste.client;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A JSON object of an answer, read by the names that the service documents. */
public final class Fields {
    private final Map<?, ?> values;

    private Fields(Map<?, ?> values) {
        this.values = values;
    }

    /**
     * Takes a parsed JSON object.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static Fields of(Object value) {
        if (!(value instanceof Map)) {
            throw new IllegalArgumentException("An answer must be a JSON object. Received: " + value);
        }
        return new Fields((Map<?, ?>) value);
    }

    /** Whether a field is there and not null. */
    public boolean has(String name) {
        return values.get(name) != null;
    }

    /** A field as text, "" where there is none. */
    public String text(String name) {
        Object value = values.get(name);
        return value == null ? "" : value.toString();
    }

    /** A field as a number, NaN where there is none. */
    public double number(String name) {
        Object value = values.get(name);
        return value instanceof Double ? (Double) value : Double.NaN;
    }

    /** An object inside this one, or null. */
    public Fields object(String name) {
        Object value = values.get(name);
        return value == null ? null : of(value);
    }

    /** The objects of a list, empty where there is none. */
    public List<Fields> objects(String name) {
        List<Fields> found = new ArrayList<Fields>();
        for (Object value : list(name)) {
            found.add(of(value));
        }
        return found;
    }

    /** The texts of a list, empty where there is none. */
    public List<String> texts(String name) {
        List<String> found = new ArrayList<String>();
        for (Object value : list(name)) {
            found.add(String.valueOf(value));
        }
        return found;
    }

    /** The numbers of a list, such as a box, empty where there is none. */
    public List<Double> numbers(String name) {
        List<Double> found = new ArrayList<Double>();
        for (Object value : list(name)) {
            found.add(value instanceof Double ? (Double) value : Double.NaN);
        }
        return found;
    }

    @Override
    public String toString() {
        return Json.write(values);
    }

    private List<?> list(String name) {
        Object value = values.get(name);
        return value instanceof List ? (List<?>) value : Collections.emptyList();
    }
}
