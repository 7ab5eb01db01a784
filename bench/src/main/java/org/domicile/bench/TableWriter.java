package org.domicile.bench;

import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A client that commits one append after the other, with the requests of Iceberg's {@code
 * FastAppend}: the manifest of the new file is put once; then, for each attempt, the table is
 * loaded, the list of its manifests is read, a longer one is put, and the commit is posted. Whoever
 * was too late waits and tries again as Iceberg does by default. Afterwards the metrics are
 * reported. What is put has the size of the real files and not their content: the server does not
 * read them at a commit. Owned by its thread.
 */
final class TableWriter {
    private static final Map<String, String> NONE = Map.of();
    private static final byte[] NOTHING = {};

    /** Of a manifest with one file of ten columns. */
    private static final byte[] MANIFEST = new byte[7_000];

    /** A list with no manifest, and what each adds. */
    private static final int LIST = 4_000;

    private static final int LISTED = 150;

    /** TableProperties: COMMIT_MIN_RETRY_WAIT_MS and COMMIT_MAX_RETRY_WAIT_MS; its growth is 2. */
    private static final long MIN_WAIT_MILLIS = 100;

    private static final long MAX_WAIT_MILLIS = 60_000;

    /** Which clients and tables, and how. @param retries after the first attempt of a commit */
    record Asked(String table, int retries) {}

    final Histogram latency = new Histogram();
    final Histogram posts = new Histogram();
    long failed;
    long late;
    String failure = "";

    private final CatalogClient catalog;
    private final Asked asked;
    private final SplittableRandom random;

    TableWriter(CatalogClient catalog, Asked asked, long seed) {
        this.catalog = catalog;
        this.asked = asked;
        this.random = new SplittableRandom(seed);
    }

    /** Commits until it is told to stop. */
    void run(BooleanSupplier over) throws IOException {
        CatalogClient.Loaded first = catalog.load(asked.table());
        try (Dialogue files = catalog.files(first)) {
            while (!over.getAsBoolean()) {
                long begin = System.nanoTime();
                if (commit(files, first.path())) {
                    latency.add(System.nanoTime() - begin);
                    report();
                } else {
                    failed++;
                }
            }
        }
    }

    private String fresh() {
        return Long.toHexString(random.nextLong());
    }

    private boolean commit(Dialogue files, String place) throws IOException {
        files.ask("PUT", place + "/metadata/" + fresh() + "-m0.avro", "", NONE, MANIFEST);
        for (int attempt = 0; ; attempt++) {
            CatalogClient.Loaded table = catalog.load(asked.table());
            int length = LIST;
            if (!table.manifests().isEmpty()) {
                String path = table.manifests().substring("s3:/".length());
                length = files.ask("GET", path, "", NONE, NOTHING).length() + LISTED;
            }
            String list = "/metadata/snap-" + fresh() + ".avro";
            files.ask("PUT", place + list, "", NONE, new byte[length]);
            long begin = System.nanoTime();
            Dialogue.Reply reply = catalog.commit(asked.table(), change(table, list));
            posts.add(System.nanoTime() - begin);
            if (reply.status() == 200) {
                return true;
            }
            boolean tooLate = reply.status() == 409;
            if (tooLate) {
                late++;
            }
            if (!tooLate || attempt == asked.retries()) {
                if (failure.isEmpty()) {
                    failure = reply.status() + ": " + reply.body();
                }
                return false;
            }
            pause(attempt);
        }
    }

    private void pause(int attempt) {
        long wait = Math.min(MIN_WAIT_MILLIS << attempt, MAX_WAIT_MILLIS);
        wait += random.nextLong(Math.max(1, wait / 10));
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(wait));
    }

    private String change(CatalogClient.Loaded table, String list) {
        long id = random.nextLong() & Long.MAX_VALUE;
        return """
        {"requirements":[{"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":%s},\
        {"type":"assert-table-uuid","uuid":"%s"}],"updates":[{"action":"add-snapshot","snapshot":\
        {"snapshot-id":%d,%s"sequence-number":%d,"timestamp-ms":%d,"manifest-list":"%s",\
        "summary":{"operation":"append","added-data-files":"1","added-records":"100",\
        "added-files-size":"4096","changed-partition-count":"1","total-records":"100",\
        "total-files-size":"4096","total-data-files":"1","total-delete-files":"0",\
        "total-position-deletes":"0","total-equality-deletes":"0"},"schema-id":0}},\
        {"action":"set-snapshot-ref","ref-name":"main","type":"branch","snapshot-id":%d}]}\
        """
                .formatted(
                        table.snapshot(),
                        table.uuid(),
                        id,
                        table.snapshot().equals("null")
                                ? ""
                                : "\"parent-snapshot-id\":" + table.snapshot() + ",",
                        table.sequence() + 1,
                        System.currentTimeMillis(),
                        table.location() + list,
                        id);
    }

    private void report() throws IOException {
        catalog.report(
                asked.table(),
                "{\"report-type\":\"commit-report\",\"table-name\":\"bench.%s\",\"snapshot-id\":1,\"sequence-number\":1,\"operation\":\"append\",\"metrics\":{}}"
                        .formatted(asked.table()));
    }
}
