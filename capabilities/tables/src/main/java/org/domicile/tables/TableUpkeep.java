package org.domicile.tables;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.domicile.request.Request;

/**
 * What keeps tables in order: snapshots that are over end, and files that no metadata refer to are
 * found. It plans and commits; who calls removes files, since they are objects. Safe for concurrent
 * use.
 */
public interface TableUpkeep {
    /** Who has an id now; empty for nobody: its files are nobody's. */
    Optional<Held> holder(Warehouse warehouse, String id);

    /** What its current snapshot holds. Reads its manifests, so the use is on record. */
    Inspection inspect(Warehouse warehouse, Loaded table);

    /** What its metadata say of its files. Reads no file. */
    Wear wear(Loaded table);

    /** What its metadata say of counts of distinct values. Reads no file. */
    Counted counted(Loaded table);

    /**
     * A file of such counts, to be written below the table's place.
     *
     * @throws Refusal COMMIT_FAILED when the snapshot has ended
     */
    StatisticsChange.Puffin puffin(Loaded table, long snapshot, List<Distinct> columns);

    /**
     * Makes such a file a snapshot's, in one commit that carries the record and adds no snapshot.
     * Who committed meanwhile is in nobody's way, unless the snapshot has ended, or has statistics
     * of whomever: then it is {@link Refusal.Kind#COMMIT_FAILED}, and the file is nobody's.
     */
    Loaded set(Request request, Warehouse warehouse, StatisticsChange change);

    /**
     * Takes away all statistics, of every snapshot, that count one of these columns, in one commit
     * that carries the record. Their files stay until somebody removes what nothing refers to.
     *
     * @param id the table's: COMMIT_FAILED where another has the name
     */
    Loaded unset(
            Request request, Warehouse warehouse, TableName table, String id, Set<Integer> fields);

    /**
     * How many snapshots and references would end. Reads no file.
     *
     * @throws Refusal INVALID when the table's properties forbid it
     */
    Over over(Warehouse warehouse, Loaded table, Ending ending);

    /**
     * Ends snapshots, in one commit that carries the record. Their files stay until somebody
     * removes what nothing refers to.
     *
     * @return what ended; the commit changes nothing when that is nothing
     */
    Over expire(Request request, Warehouse warehouse, TableName table, Ending ending, Once once);

    /**
     * All files that a table's or view's metadata refer to, of every snapshot. Reads its manifests,
     * so the use is on record.
     */
    Referred referred(Warehouse warehouse, Loaded loaded);

    /**
     * Does something while nobody commits to a table or view, if it still is as it was.
     *
     * @param work short: who commits to it waits
     * @return whether it was done
     */
    boolean whileUnchanged(Warehouse warehouse, Held held, Runnable work);

    /** What an id is. */
    enum Life {
        /** A table or view of that name. */
        LIVES,
        /** Dropped, and not purged: its files can be registered again. */
        DROPPED,
        /** Kept for a table that is made later. */
        STAGED
    }

    /**
     * An id.
     *
     * @param kind of what lives; TABLE otherwise
     * @param name of what lives; empty otherwise
     * @param version of its metadata; 0 of what does not live
     */
    record Held(String id, Life life, Kind kind, Optional<TableName> name, long version) {}

    /**
     * What the current snapshot says of its files.
     *
     * @param snapshot its id; -1 of a table that has none
     * @param committed when; {@link Instant#EPOCH} where there is none
     * @param files of data; -1 where its writer did not say
     * @param bytes of all of its files; -1 where its writer did not say
     * @param deletes files and vectors that delete rows; -1 where its writer did not say
     * @param use that committed it, where it was one of ours that says so; empty otherwise
     */
    record Wear(
            long snapshot, Instant committed, long files, long bytes, long deletes, String use) {}

    /**
     * What is known of a table's distinct values.
     *
     * @param snapshot the newest on the way to the current one that was counted; -1 for none
     * @param changed rows that were added and deleted since; {@link Long#MAX_VALUE} where none was
     *     counted, or a writer did not say
     * @param rows of the current snapshot, deleted ones too where files of deletes name them; -1
     *     where its writer did not say
     * @param fields ids of columns of which any snapshot has counts
     */
    record Counted(long snapshot, long changed, long rows, Set<Integer> fields) {
        /** They are the record's own. */
        public Counted {
            fields = Set.copyOf(fields);
        }
    }

    /** Which snapshots end. */
    sealed interface Ending {
        /**
         * Those that the table's own rules end: {@code history.expire.max-snapshot-age-ms}, where
         * it is set, {@code history.expire.min-snapshots-to-keep}, {@code
         * history.expire.max-ref-age-ms}, and what branches and tags have of their own. A table
         * that says none of it keeps everything.
         *
         * @param now when that is
         */
        record ByRules(Instant now) implements Ending {}

        /**
         * Those that somebody asks for, but for what branches and tags keep by themselves.
         *
         * @param before committed earlier than that
         * @param keep at least so many of each branch, 1 or more
         * @param now when that is, for the ages of branches and tags
         */
        record Asked(Instant before, int keep, Instant now) implements Ending {
            /** Checks the count. */
            public Asked {
                if (keep < 1) {
                    throw new Refusal(
                            Refusal.Kind.INVALID, "At least one snapshot of a branch is kept");
                }
            }
        }
    }

    /**
     * What ends, or ended.
     *
     * @param snapshots their ids, in order
     * @param references branches and tags, in order
     */
    record Over(List<Long> snapshots, List<String> references) {
        /** Nothing does. */
        public static final Over NOTHING = new Over(List.of(), List.of());

        /** Whether there is nothing. */
        public boolean isNothing() {
            return snapshots.isEmpty() && references.isEmpty();
        }
    }
}
