package org.modiste.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON (RFC 8259) as plain Java: objects are maps, arrays lists, numbers doubles.
 *
 * <p>Android's org.json is not on the JVM, and this client depends on nothing.
 */
final class Json {
    private static final int MAX_DEPTH = 64;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /**
     * Reads one JSON value.
     *
     * @throws IllegalArgumentException if the text is no JSON, or nested deeper than 64
     */
    static Object parse(String text) {
        Json json = new Json(text);
        Object value = json.value(0);
        json.skipSpace();
        if (json.at != text.length()) {
            throw json.wrong("the end");
        }
        return value;
    }

    /** Writes strings, numbers, booleans, null, maps with text keys and collections. */
    static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        if (value == null || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Number) {
            double number = ((Number) value).doubleValue();
            if (Double.isNaN(number) || Double.isInfinite(number)) {
                throw new IllegalArgumentException("JSON has no such number. Received: " + value);
            }
            out.append(value);
        } else if (value instanceof Map) {
            String separator = "{";
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                out.append(separator);
                writeText(String.valueOf(entry.getKey()), out);
                out.append(':');
                write(entry.getValue(), out);
                separator = ",";
            }
            out.append(((Map<?, ?>) value).isEmpty() ? "{}" : "}");
        } else if (value instanceof Collection) {
            String separator = "[";
            for (Object each : (Collection<?>) value) {
                out.append(separator);
                write(each, out);
                separator = ",";
            }
            out.append(((Collection<?>) value).isEmpty() ? "[]" : "]");
        } else {
            writeText(value.toString(), out);
        }
    }

    private static void writeText(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c)) {
                // Half a pair alone is no Unicode; escaped, the server can say so.
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    private Object value(int depth) {
        if (depth > MAX_DEPTH) {
            throw wrong("fewer levels");
        }
        skipSpace();
        char c = peek();
        if (c == '{') {
            return object(depth);
        }
        if (c == '[') {
            return array(depth);
        }
        if (c == '"') {
            return string();
        }
        if (word("true")) {
            return Boolean.TRUE;
        }
        if (word("false")) {
            return Boolean.FALSE;
        }
        if (word("null")) {
            return null;
        }
        return number();
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> found = new LinkedHashMap<String, Object>();
        at++;
        skipSpace();
        if (peek() == '}') {
            at++;
            return found;
        }
        while (true) {
            skipSpace();
            String name = string();
            skipSpace();
            take(':');
            found.put(name, value(depth + 1));
            skipSpace();
            if (peek() == '}') {
                at++;
                return found;
            }
            take(',');
        }
    }

    private List<Object> array(int depth) {
        List<Object> found = new ArrayList<Object>();
        at++;
        skipSpace();
        if (peek() == ']') {
            at++;
            return found;
        }
        while (true) {
            found.add(value(depth + 1));
            skipSpace();
            if (peek() == ']') {
                at++;
                return found;
            }
            take(',');
        }
    }

    private String string() {
        take('"');
        StringBuilder found = new StringBuilder();
        while (true) {
            char c = peek();
            at++;
            if (c == '"') {
                return found.toString();
            }
            if (c < ' ') {
                throw wrong("an escaped control character");
            }
            found.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() {
        char c = peek();
        at++;
        int place = "\"\\/bfnrt".indexOf(c);
        if (place >= 0) {
            return "\"\\/\b\f\n\r\t".charAt(place);
        }
        if (c != 'u' || at + 4 > text.length()) {
            throw wrong("an escape");
        }
        int code = 0;
        for (int i = 0; i < 4; i++, at++) {
            int digit = Character.digit(text.charAt(at), 16);
            if (digit < 0) {
                throw wrong("four hexadecimal digits");
            }
            code = code * 16 + digit;
        }
        return (char) code;
    }

    private Double number() {
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        try {
            return Double.valueOf(text.substring(start, at));
        } catch (NumberFormatException error) {
            throw wrong("a value");
        }
    }

    private boolean word(String word) {
        if (!text.startsWith(word, at)) {
            return false;
        }
        at += word.length();
        return true;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw wrong("more");
        }
        return text.charAt(at);
    }

    private void take(char c) {
        if (peek() != c) {
            throw wrong("'" + c + "'");
        }
        at++;
    }

    private IllegalArgumentException wrong(String expected) {
        String shown = text.substring(Math.min(at, text.length()), Math.min(at + 20, text.length()));
        return new IllegalArgumentException(
                "JSON needs " + expected + " at character " + at + ". Received: " + shown);
    }
}
