package org.domicile.guard;

import java.time.Instant;

/**
 * Distinct values of tables' columns are counted, as the program's own work under the purpose
 * {@code installation/upkeep}, in the log of the organisation whose they are: {@code
 * statistics:Plan} when manifests and footers are read, {@code statistics:Read} before rows are,
 * {@code statistics:Set} in the commit that gives a snapshot its file of counts, {@code
 * statistics:Remove} in one that takes some away. As Apache Iceberg has it: a Puffin file with a
 * theta sketch of each column, of live rows alone, in the metadata of a table that gets no snapshot
 * by it.
 *
 * <p>What is counted: a table of which a fifth of the rows was added or deleted since, read whole;
 * its first 256 columns that are not nested. <b>Nothing of a column under rules, and nothing of a
 * table of which a rule keeps rows</b>: a count tells of what is not seen. Counts from before such
 * a rule go when it is seen.
 *
 * <p>It is in nobody's way, as {@link CompactionOfTables} is not, by the same means and with the
 * same waits. Its commit conflicts with no writer's; a snapshot that has ended meanwhile, or has
 * statistics of somebody else, keeps what it has. What does not fit a worker's staging and spill is
 * left alone until it changes.
 *
 * <p>For one thread at a time. What it knows of tables is in memory: a restart only makes it look
 * again.
 */
public interface StatisticsOfTables {
    /** A table that says {@code off} is not counted by the program; no engine has a name for it. */
    String SWITCH = "upkeep.statistics";

    /** One row in so many was added or deleted since. */
    int CHANGED = 5;

    /**
     * One turn: counts one table at most; goes on behind the table of the turn before. It ends
     * early when its thread is interrupted: what is under way is given up, and nothing of it is
     * seen.
     *
     * @return how many columns were counted, or 1 where counts were taken away; 0 when there was
     *     nothing to do
     */
    long turn();

    /** How it stands since the program started. */
    Standing standing();

    /**
     * How it stands.
     *
     * @param tables times that one was counted @param columns that they had
     * @param conflicts times that it gave way
     * @param failing tables whose last turn failed, for another reason
     * @param waiting tables that are due and wait
     * @param last when one was counted; {@link Instant#EPOCH} for never
     */
    record Standing(
            long tables, long columns, long conflicts, long failing, long waiting, Instant last) {}
}
