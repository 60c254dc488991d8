package org.modiste.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What the service refused, as it said it (RFC 9457, application/problem+json). */
public final class ProblemException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String type;
    private final String title;
    private final String detail;
    private final transient List<FieldError> errors;

    ProblemException(int status, String type, String title, String detail, List<FieldError> errors) {
        super(status + " " + title + (detail.isEmpty() ? "" : ": " + detail));
        this.status = status;
        this.type = type;
        this.title = title;
        this.detail = detail;
        this.errors = Collections.unmodifiableList(errors);
    }

    /** Reads a problem; a body that is none gives its status alone. */
    static ProblemException of(int status, String body) {
        List<FieldError> errors = new ArrayList<FieldError>();
        try {
            Fields problem = Fields.of(Json.parse(body));
            for (Fields error : problem.objects("errors")) {
                errors.add(
                        new FieldError(
                                error.text("field"), error.text("code"), error.text("message")));
            }
            return new ProblemException(
                    status,
                    problem.text("type"),
                    problem.text("title"),
                    problem.text("detail"),
                    errors);
        } catch (IllegalArgumentException error) {
            // A proxy in between answers in its own words.
            return new ProblemException(status, "about:blank", "HTTP " + status, "", errors);
        }
    }

    /** HTTP status, 400 or above. */
    public int status() {
        return status;
    }

    /** What kind of problem: a URN, or about:blank where the status says it all. */
    public String type() {
        return type;
    }

    /** The kind in words. */
    public String title() {
        return title;
    }

    /** What happened, in words. */
    public String detail() {
        return detail;
    }

    /** The fields at fault; none where no field is. */
    public List<FieldError> errors() {
        return errors == null ? Collections.<FieldError>emptyList() : errors;
    }

    /** One field that is wrong. */
    public static final class FieldError {
        public final String field;
        public final String code;
        public final String message;

        FieldError(String field, String code, String message) {
            this.field = field;
            this.code = code;
            this.message = message;
        }
    }
}
