/**
 * Streams: records in order, kept for a while, in Apache Kafka's own broker in this process.
 *
 * <p><b>Model.</b> A {@link org.domicile.streams.StreamLog} is one log for all streams. It does not
 * run before something is kept in it. Clients speak Kafka's protocol to it directly; there is
 * nothing in between. Whom it serves with what, it asks {@link org.domicile.streams.Admission},
 * once for each request and stream.
 *
 * <p><b>Durability.</b> Each append is synced before it is acknowledged, since there is one
 * replica. A log whose disk fails ends ({@link org.domicile.streams.StreamLog#failure}); nothing is
 * acknowledged any more, and the rest of the program goes on.
 *
 * <p><b>Names</b> of streams are unique in the installation, like those of buckets; nobody is told
 * of one that it may not see.
 *
 * <p><b>Inside.</b> Kafka's server classes are its own affair and change between releases: the
 * version is pinned, and {@code KafkaLog} alone touches them. Its own connections (the broker to
 * its controller) are on loopback and log in with a secret that is born with the process.
 */
@NullMarked
package org.domicile.streams;

import org.jspecify.annotations.NullMarked;
