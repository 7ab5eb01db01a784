/**
 * Streams over HTTP, below {@code /streams/} of the web listener: make, show, change and delete
 * them, publish records, and follow them as server-sent events.
 *
 * <pre>
 *   GET    /streams/                list
 *   PUT    /streams/NAME            make; a JSON object may say partitions, retentionMillis, bytes
 *   GET    /streams/NAME            show
 *   PATCH  /streams/NAME            change the same
 *   DELETE /streams/NAME            delete
 *   POST   /streams/NAME            publish (see {@link org.domicile.ingest.Records})
 *   POST   /streams/NAME/v1/SIGNAL  publish OpenTelemetry's logs, metrics or traces (OTLP/HTTP)
 *   GET    /streams/NAME/records    follow
 * </pre>
 *
 * <p>Who asks shows its access key and secret as HTTP's Basic authentication, over TLS or from this
 * machine. An answer to published records is sent when they are synced; all records of a request
 * are looked at before the first is published. Errors are JSON objects with {@code error} and
 * {@code sentence}; the use is in {@code x-domicile-use}.
 *
 * <p>Limits: 16 MiB (unpacked) and 100,000 records a request, 1 MiB a record with its key. Bodies
 * that come share a part of the heap, and no organisation has more than half of it; it has a rate,
 * too ({@code kafka.rate}). Beyond them the answer is 503 or 429, with {@code Retry-After}. 256
 * requests are served at a time, of an organisation half of them at most. Small bodies are read
 * once it is known that the caller may do what it asks, and come within ten seconds. Followers
 * share another part of the heap in the same way (see {@link org.domicile.ingest.Sending}).
 */
@NullMarked
package org.domicile.ingest;

import org.jspecify.annotations.NullMarked;
