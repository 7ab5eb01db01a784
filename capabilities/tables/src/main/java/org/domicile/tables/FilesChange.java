package org.domicile.tables;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A change of what a table holds, by files that are ready.
 *
 * @param table of which
 * @param id its id: another table of that name is another table
 * @param what is done
 * @param added files; their rows are the table's from then on
 * @param summary what else the snapshot says of itself, such as who loaded what
 * @param carried what is kept with the table from then on, of what was kept before; see {@link
 *     Tables#carried}
 */
public record FilesChange(
        TableName table,
        String id,
        What what,
        List<NewFile> added,
        Map<String, String> summary,
        UnaryOperator<byte[]> carried) {
    /** They are the record's own. */
    public FilesChange {
        added = List.copyOf(added);
        summary = Map.copyOf(summary);
    }

    /** What is done. */
    public sealed interface What {}

    /**
     * Rows come in. It stands beside whatever others commit meanwhile.
     *
     * @param unless its name, as properties of the snapshot's summary; empty for none. Where it
     *     came within the last 30 days at least, or a snapshot of the branch says so, nothing is
     *     done
     */
    public record Append(Map<String, String> unless) implements What {}

    /**
     * Rows come in that somebody brings in order, and how far the table has got is kept with it, in
     * the same transaction ({@link Tables#fed}). Where it is not as far as it was thought to be,
     * nothing is done: {@link Refusal.Kind#COMMIT_FAILED}. So no rows come twice and none are left
     * out, whoever dies when. Without files it only gets on.
     *
     * @param before how far it is; empty for not at all
     * @param after how far it is then, at most 16 KiB of text
     */
    public record Feed(String before, String after) implements What {
        /** The longest that is kept. */
        public static final int LONGEST = 16 << 10;

        /** Checks its length. */
        public Feed {
            if (after.isEmpty() || after.length() > LONGEST) {
                throw new IllegalArgumentException("that is no place: " + after.length());
            }
        }
    }

    /**
     * Files give way to those that are added. What was read to know them has to be as it was: no
     * rows came and none were deleted since, or it is {@link Refusal.Kind#COMMIT_FAILED}
     * (serializable).
     *
     * @param read the snapshot that was read
     * @param removed names in the warehouse's bucket
     */
    public record Replace(long read, List<String> removed) implements What {
        /** They are the record's own. */
        public Replace {
            removed = List.copyOf(removed);
        }
    }

    /**
     * Files give way to others that hold the same rows. It stands beside rows that come meanwhile;
     * where one of the files is gone, or rows of one were deleted since, it is {@link
     * Refusal.Kind#COMMIT_FAILED}.
     *
     * @param read the snapshot that was read
     * @param removed names in the warehouse's bucket
     */
    public record Rewrite(long read, List<String> removed) implements What {
        /** They are the record's own. */
        public Rewrite {
            removed = List.copyOf(removed);
        }
    }

    /** Everything gives way to what is added, whatever it is by then. */
    public record Truncate() implements What {}
}
