/**
 * The process in which the watches of one organisation and purpose run: Apache Flink, its parts in
 * one JVM, within walls ({@link org.domicile.walls.Walls}) and without keys.
 *
 * <p><b>What a query may be.</b> One query, and nothing else ({@link org.domicile.flink.SqlText}
 * looks at its letters, {@link org.domicile.flink.Planning} at what Flink's parser makes of it).
 * Its catalog has the streams and tables that the program named, and no other; there is no way to
 * make a table, a function or a catalog, to add a jar or to set an option.
 *
 * <p><b>What it reads.</b> Records, by Kafka's protocol; the schemas that wrote them ({@link
 * org.domicile.flink.RecordReader}) and the rows of tables ({@link org.domicile.flink.StoredTable})
 * it asks the program for.
 *
 * <p><b>What comes out.</b> A JSON object for each row, into one stream, in transactions that end
 * with checkpoints. A checkpoint goes to the program ({@link org.domicile.flink.KeptFileSystem})
 * and counts when the program says that it is kept; no file holds it here.
 */
@NullMarked
package org.domicile.flink;

import org.jspecify.annotations.NullMarked;
