package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;

/**
 * Compaction of tables by the program itself, as {@code system:upkeep} under the purpose {@code
 * installation/upkeep}: the same rows, in fewer files of the same table. Each act is a use in the
 * log of the table's organisation, with the table's name inside the commitment: {@code
 * compaction:Plan} when manifests and footers are read, {@code compaction:Read} before rows are,
 * {@code compaction:Rewrite} in the commit in which the new file takes the place of the old ones.
 * Nobody sees a row: labels and rules of the table neither stop it nor change, and what carries
 * them stays as it was.
 *
 * <p>What is packed: files of under three quarters of the size that the table aims at, when there
 * are enough of them that are alike in size, or enough to fill one; and files of which a tenth of
 * the rows is deleted, or that five files of deletes apply to. So a row is written anew a few times
 * and not with each insert.
 *
 * <p>It is in nobody's way: one group of files at a time, in a walled worker of one thread, which
 * takes no session of anybody's; when nobody has committed to the table for a while; with room on
 * the disk for it. Its commit stands beside rows that come meanwhile, and gives way where rows of
 * its files were deleted: it begins again, each time later. Readers of older snapshots keep their
 * files until those end.
 *
 * <p>For one thread at a time. What it knows of tables is in memory: a restart only makes it look
 * again.
 */
public interface CompactionOfTables {
    /** How long a table is left alone in which nothing was found to do, though it changes. */
    Duration LOOK = Duration.ofMinutes(10);

    /** How long it waits after a conflict or a failure; twice as long after each further one. */
    Duration WAIT = Duration.ofMinutes(1);

    /** Longest wait after a conflict. */
    Duration AFTER_CONFLICT = Duration.ofHours(1);

    /** Longest wait after a failure. */
    Duration AFTER_FAILURE = Duration.ofDays(1);

    /** A table that has it false is not compacted by the program; Apache Amoro's name. */
    String ENABLED = "self-optimizing.enabled";

    /** How many small files are worth it; Apache Amoro's name. */
    String FILES = "self-optimizing.minor.trigger.file-count";

    /**
     * One turn: packs one group of files of one table at most; goes on behind the table of the turn
     * before. It ends early when its thread is interrupted: what is under way is given up, and
     * nothing of it is seen.
     *
     * @return how many files were packed; 0 when there was nothing to do
     */
    long turn();

    /** How it stands since the program started. */
    Standing standing();

    /**
     * How it stands.
     *
     * @param groups that were packed @param files that they were
     * @param conflicts groups that gave way to writers
     * @param failing tables whose last turn failed, for another reason
     * @param waiting tables that are due and wait: for silence, for room, after a conflict
     * @param last when a group was packed; {@link Instant#EPOCH} for never
     */
    record Standing(
            long groups, long files, long conflicts, long failing, long waiting, Instant last) {}
}
