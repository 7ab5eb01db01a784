package org.domicile.objects;

/**
 * What something takes, or by how much that changes.
 *
 * @param bytes plain bytes of all versions, and of the parts of uploads under way
 * @param objects versions that are no delete markers
 */
public record Usage(long bytes, long objects) {
    /** Nothing. */
    public static final Usage NONE = new Usage(0, 0);

    static Usage of(Entry entry) {
        return switch (entry.kind()) {
            case OBJECT -> new Usage(entry.size(), 1);
            case DELETE_MARKER -> NONE;
        };
    }

    static Usage bytes(long bytes) {
        return new Usage(bytes, 0);
    }

    Usage plus(Usage more) {
        return new Usage(bytes + more.bytes, objects + more.objects);
    }

    Usage minus(Usage less) {
        return new Usage(bytes - less.bytes, objects - less.objects);
    }

    /** In the order in which a counter's record has them. */
    long[] numbers() {
        return new long[] {bytes, objects};
    }
}
