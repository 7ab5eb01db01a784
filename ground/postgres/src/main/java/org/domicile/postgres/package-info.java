/**
 * What clients of PostgreSQL take for granted, without a server: how its SQL is split into words
 * and statements, its types with their text and binary formats, and the answers to questions about
 * catalogues, on rows in memory.
 *
 * <p><b>Questions.</b> {@link org.domicile.postgres.Question} parses one SELECT as PostgreSQL 15
 * does (its manual, chapter VI, "SELECT", and chapter 4 on expressions), and evaluates it on the
 * relations of a {@link org.domicile.postgres.World}: joins, correlated subqueries, grouping, set
 * operations, common tables, {@code row_number} and aggregates over windows, functions that return
 * sets, arrays, regular expressions, {@code regclass} and its sisters. It plans no more than
 * equality joins by hashing. It is made for catalogues of some thousand tables, and not for data.
 *
 * <p><b>Values.</b> SQL's NULL is {@link org.domicile.postgres.Missing#NULL}, never Java's. Whole
 * numbers of every size, and oids, are {@code Long}; numeric is {@code BigDecimal}; floats are
 * {@code Double}; text, names, bpchar and json are {@code String}; bytea is {@code byte[]}; date,
 * time, timestamp and timestamptz are {@code LocalDate}, {@code LocalTime}, {@code LocalDateTime}
 * and {@code Instant}; time with a zone is {@code OffsetTime}; interval is {@link
 * org.domicile.postgres.Interval}; uuid is {@code UUID}; arrays are {@code List}; a record is a
 * {@link org.domicile.postgres.Composite}; a value of a reg-type is a {@link
 * org.domicile.postgres.Reg}.
 *
 * <p><b>Who answers which failure.</b> {@link org.domicile.postgres.SqlError}, with a SQLSTATE of
 * PostgreSQL's Appendix A and a position where there is one. What is not understood is 0A000 or
 * 42601 and says at which word.
 *
 * <p><b>Limits.</b> A statement nests 200 deep; a step makes at most 4,000,000 rows and all of it
 * takes at most the time that the caller gives (54000, 57014).
 */
@NullMarked
package org.domicile.postgres;

import org.jspecify.annotations.NullMarked;
