package org.domicile.http;

/** What is not HTTP as we accept it: answered by this module, then the connection closes. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    Refusal(int status, String reason) {
        super(reason, null, false, false); // an everyday event, not a bug: no stack trace
        this.status = status;
    }

    int status() {
        return status;
    }

    String reason() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
