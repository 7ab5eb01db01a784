package org.domicile.guard;

import java.time.Duration;

/**
 * Upkeep of tables, as {@code system:lifecycle} under its own purpose, each act a use in the log of
 * the table's organisation: {@code lifecycle:ExpireSnapshots} for what the table's own rules end;
 * {@code lifecycle:LookForFiles} when manifests are read to find what no snapshot needs; {@code
 * lifecycle:RemoveFiles}, before up to {@link #BATCH} files go.
 *
 * <p>A file goes when nothing refers to it, it was written {@link #UNREFERRED} ago or earlier, and
 * a look {@link #GRACE} ago or earlier found the same. So a commit that is under way has three days
 * to refer to what it wrote; and who reads a snapshot that ends meanwhile has an hour to read on,
 * as long as what the catalog vends lives. What was dropped and not purged keeps its files, and so
 * does what is staged, and a table that says {@code gc.enabled=false}. An unfinished upload of
 * {@link #UNREFERRED} ago is given up.
 *
 * <p>For one thread at a time. What it found is held in memory: a restart only makes it look again.
 */
public interface UpkeepOfTables {
    /** How old a file is that nothing ever referred to, at least, when it goes. */
    Duration UNREFERRED = Duration.ofDays(3);

    /** How long before that it was seen that nothing refers to it. */
    Duration GRACE = Duration.ofHours(1);

    /** How long a table is left alone that was looked at. */
    Duration PAUSE = Duration.ofDays(1);

    /** Most files of one use that removes some. */
    int BATCH = 100;

    /**
     * One turn over all tables of all organisations; it goes on where the turn before stopped, does
     * a bounded number of things, and stops early when its thread is interrupted.
     *
     * @return how many snapshots ended and files went; 0 when there was nothing to do
     */
    long turn();
}
