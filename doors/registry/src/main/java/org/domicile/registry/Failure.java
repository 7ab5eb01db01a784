package org.domicile.registry;

/** What is answered instead. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final int code;
    private final String use;

    /**
     * @param code of Confluent's API, or one of ours that it does not have
     * @param sentence for people, with what to do next
     */
    Failure(int status, int code, String sentence) {
        this(status, code, sentence, "");
    }

    private Failure(int status, int code, String sentence, String use) {
        super(sentence, null, false, false);
        this.status = status;
        this.code = code;
        this.use = use;
    }

    /** The same, which is on record under this use. */
    Failure of(String other) {
        return new Failure(status, code, sentence(), other);
    }

    static Failure malformed(String sentence) {
        return new Failure(422, 42201, sentence);
    }

    static Failure noSubject(String subject) {
        return new Failure(
                404, 40401, "There is no subject '%s'; register a schema.".formatted(subject));
    }

    static Failure noVersion(String version) {
        return new Failure(404, 40402, "There is no version %s of it.".formatted(version));
    }

    static Failure noSchema() {
        return new Failure(404, 40403, "There is no such schema; look at its subjects.");
    }

    int status() {
        return status;
    }

    int code() {
        return code;
    }

    /** Empty where there is none. */
    String use() {
        return use;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
