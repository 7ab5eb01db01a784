package org.domicile.launcher;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** Every key of the configuration: its name, its default as text, and what it is for. */
enum Setting {
    S3_LISTEN("s3.listen", "127.0.0.1:9000", "address and port of the S3 API; port 0 picks one"),
    S3_DOMAIN("s3.domain", "", "domain for virtual-hosted buckets, such as s3.city.example"),
    S3_OWNERSHIP_DEFAULT(
            "s3.ownership.default",
            "BucketOwnerEnforced",
            "who owns the objects of a bucket that says nothing of it: BucketOwnerEnforced (and"
                    + " there are no ACLs), BucketOwnerPreferred or ObjectWriter"),
    S3_PUBLIC_PURPOSES(
            "s3.public.purposes",
            "",
            "purposes that callers without a signature act under, by organisation:"
                    + " city=open-data; without one nobody unsigned is let in"),
    S3_LIFECYCLE_DAY(
            "s3.lifecycle.day",
            "24h",
            "how long a day of lifecycle rules lasts; shorter for tests of clients alone, and on"
                    + " record"),
    WEB_LISTEN("web.listen", "127.0.0.1:9001", "address and port of /ledger/, /health, /metrics"),
    SQL_LISTEN("sql.listen", "127.0.0.1:5439", "address and port of SQL by PostgreSQL's protocol"),
    KAFKA_LISTEN(
            "kafka.listen",
            "127.0.0.1:9092",
            "address and port of Kafka's protocol, from the first stream on"),
    KAFKA_TOLD(
            "kafka.told",
            "",
            "host, or host:port, under which Kafka's clients are told to come back (default:"
                    + " where it listens)"),
    STREAMS_VOLUME(
            "streams.volume",
            "seen",
            "whether the data folder's volume is encrypted, which streams about people need: seen"
                    + " (as the system tells), or encrypted (you say so, on record)"),
    STREAMS_COMMIT(
            "streams.commit",
            "5m",
            "how often rows of a stream that is a table are committed, at most 6h; SQL sees them at"
                    + " once"),
    STREAMS_COMMIT_SIZE(
            "streams.commit.size",
            "64MiB",
            "bytes of Parquet of such a stream that make a data file, which waits for the commit;"
                    + " at most half of sql.staging"),
    KAFKA_RATE(
            "kafka.rate",
            "256MiB",
            "bytes a second that an organisation's Kafka clients publish, and as many that they"
                    + " poll, before they are slowed down; as many that it follows over HTTP,"
                    + " likewise; and as many that it publishes over HTTP, before it is told to"
                    + " wait (429)"),
    ADMIN_LISTEN(
            "admin.listen",
            "",
            "path of the admin API's Unix socket (default: run/admin.sock in the data folder), an"
                    + " address and port to serve it over TLS as well, or both with a comma"),
    ADMIN_HOSTS("admin.hosts", "", "names in Host that the admin API accepts over TCP, with port"),
    KEYS_PLACES(
            "keys.places",
            "",
            "folders for the key store, with commas (default: ~/.config/domicile/NAME-ID)"),
    KEYS_ROOT("keys.root", "", "file of the root key (default: root.key in the first place)"),
    KEYS_PASSPHRASE(
            "keys.passphrase.file",
            "",
            "file with the passphrase of the root key, mode 600 (or set DOMICILE_PASSPHRASE)"),
    ZONE_DEFAULT("zone.default", "home", "zone where this server stands; the S3 region"),
    ZONE_NETWORKS(
            "zone.networks",
            "",
            "networks of clients in other zones: 10.1.0.0/16=north, fd00::/8=…"),
    ZONE_LISTENERS("zone.listeners", "", "zones of listeners' clients: s3=north, web=home"),
    NODE_NAME("node.name", "node-1", "name of this machine in use numbers and logs"),
    LEDGER_ORIGIN(
            "ledger.origin",
            "",
            "what the logs' names begin with, such as cloud.city.example/ledger; set it before the"
                    + " first start, it never changes"),
    LEDGER_WITNESSES(
            "ledger.witnesses",
            "",
            "file with a C2SP tlog-policy: its witnesses with an address are asked to cosign"
                    + " checkpoints before they are published"),
    LEDGER_WITNESSES_DEMAND(
            "ledger.witnesses.demand",
            "0",
            "how many of them must have cosigned: a number, or quorum for that of the policy;"
                    + " until then nothing is published, and recording goes on"),
    LEDGER_WITNESSES_LOGS(
            "ledger.witnesses.logs",
            "public",
            "which logs they cosign: public, whose entries bind the others, or all"),
    LEDGER_WITNESSES_CA(
            "ledger.witnesses.ca",
            "",
            "PEM file of the authorities that witnesses' certificates are from (default: Java's)"),
    LEDGER_RESTORE(
            "ledger.restore",
            "refuse",
            "what a data folder does that is older than what it has signed: refuse, or new-history"
                    + " to go on under a new name; for one start after an older copy was put back"),
    TLS_CERTIFICATES(
            "tls.certificates", "", "PEM file of the certificate chain; read when changed"),
    TLS_KEY("tls.key", "", "PEM file of the certificate's key (PKCS #8); read when changed"),
    LIMITS_CONNECTIONS("limits.connections", "4096", "connections that a listener holds open"),
    LIMITS_REQUESTS("limits.requests", "4096", "uses that may be under way at once"),
    LIMITS_HEAD("limits.head.time", "60s", "longest time for a request's head, and for silence"),
    LIMITS_HEAP("limits.memory.heap", "256MiB", "Java heap of the server"),
    LIMITS_CACHE("limits.memory.cache", "64MiB", "keyspace: cache of blocks"),
    LIMITS_WRITES("limits.memory.writes", "64MiB", "keyspace: buffers of what is written"),
    LIMITS_RESERVE("limits.disk.reserve", "256MiB", "room on the disk that bodies may not take"),
    BLOBS_SEGMENT("blobs.segment", "256MiB", "size of a file of bodies, a multiple of 64 KiB"),
    UPKEEP_RATE(
            "upkeep.rate",
            "32MiB",
            "bytes a second for compaction and for checking what is stored, each"),
    UPKEEP_SCRUB("upkeep.scrub", "7d", "how often all that is stored is checked"),
    UPKEEP_PAUSE(
            "upkeep.pause",
            "10s",
            "wait before compaction begins, after a start and when it found nothing to do; doubles"
                    + " up to six times as long"),
    UPKEEP_COMPACTION(
            "upkeep.compaction",
            "on",
            "whether the server compacts tables by itself: on or off; a table says"
                    + " self-optimizing.enabled=false for itself"),
    UPKEEP_COMPACTION_FILES(
            "upkeep.compaction.files",
            "12",
            "small files of a table, alike in size, that are worth compacting; a table says"
                    + " self-optimizing.minor.trigger.file-count for itself"),
    UPKEEP_COMPACTION_QUIET(
            "upkeep.compaction.quiet",
            "1m",
            "how long nobody has committed to a table before it is compacted, or its values are"
                    + " counted; a table that is never left alone waits ten times as long"),
    UPKEEP_STATISTICS(
            "upkeep.statistics",
            "on",
            "whether the server counts distinct values of tables by itself: on or off; a table says"
                    + " upkeep.statistics=off for itself"),
    CLOCK_JUMP(
            "clock.jump",
            "refuse",
            "what locks and lifecycle rules do when the system's clock is more than a day ahead of"
                    + " the last start's: refuse (stand still), or accept; for one start, on"
                    + " record"),
    SQL_STAGING(
            "sql.staging",
            "1GiB",
            "bytes of columns that a SQL session holds in memory; a statement that reads more does"
                    + " so in batches"),
    SQL_STAGING_TOTAL(
            "sql.staging.total", "2GiB", "the same of all sessions together, with what they spill"),
    SQL_STAGING_FOLDER(
            "sql.staging.folder",
            "",
            "folder in memory (tmpfs) of SQL sessions (default: one of this data folder's own in"
                    + " /dev/shm)"),
    SQL_ENGINES(
            "sql.engines",
            "",
            "folder, executable, where the engine's library and what each worker loads are kept"
                    + " ready; nobody else may write there (default: engines in the data folder)"),
    SQL_DESCRIBING(
            "sql.describing",
            "64MiB",
            "of the server's heap, for what describes the files of all SQL statements that run, and"
                    + " of plans that clients of the catalog ask for; one gets three quarters"),
    SQL_MEMORY("sql.memory", "1GiB", "memory of the engine of a SQL session"),
    SQL_SPILL(
            "sql.spill",
            "1GiB",
            "bytes that a SQL session may spill, encrypted, into its staging folder when memory is"
                    + " full"),
    SQL_THREADS("sql.threads", "2", "threads of the engine of a SQL session"),
    SQL_TIME("sql.time", "10m", "longest time of a SQL statement, to its last row"),
    SQL_ROWS("sql.rows", "100000000", "most rows of the result of a SQL statement"),
    SQL_SESSIONS("sql.sessions", "32", "SQL sessions that an organisation may have at once"),
    SQL_WARM(
            "sql.warm",
            "2",
            "workers that are kept ready for the next SQL session, once there was one"),
    WATCHES_WORKERS(
            "watches.workers",
            "4",
            "processes that run watches at one time, one for each organisation and purpose"),
    WATCHES_MEMORY(
            "watches.memory", "384MiB", "Java heap of each of them; it takes some 300 MiB besides"),
    WATCHES_STATE(
            "watches.state",
            "1GiB",
            "what one watch may remember; with more than watches.memory can hold, it is that which"
                    + " bounds it"),
    WATCHES_PACE(
            "watches.pace",
            "500ms",
            "time between checkpoints of a watch, which is how long its results wait"),
    WATCHES_TABLES(
            "watches.tables",
            "5m",
            "time after which a table that a watch joins is read again, when a record asks for it"),
    WATCHES_ENGINE(
            "watches.engine",
            "",
            "folder with Apache Flink's jars (default: the one that comes with the program)"),
    WATCHES_JAVA(
            "watches.java",
            "",
            "folder of the Java, 25 or later, that watches run on (default: the program's own)"),
    DRAIN_TIME("drain.time", "20s", "how long requests under way may last when it stops");

    private final String key;
    private final String standard;
    private final String meaning;

    Setting(String key, String standard, String meaning) {
        this.key = key;
        this.standard = standard;
        this.meaning = meaning;
    }

    String key() {
        return key;
    }

    /** The default as one would write it; empty when there is none, or it depends on the folder. */
    String standard() {
        return standard;
    }

    String meaning() {
        return meaning;
    }

    /** Lines for {@code --help}. */
    static Stream<String> help() {
        return Stream.concat(
                Stream.of("Settings, for --set and the file of --config:"),
                Arrays.stream(values())
                        .flatMap(each ->
                                Stream.of(
                                        "  "
                                                + each.key
                                                + (each.standard.isEmpty()
                                                        ? ""
                                                        : " = " + each.standard),
                                        "      " + each.meaning)));
    }

    static Optional<Setting> of(String key) {
        return Arrays.stream(values()).filter(each -> each.key.equals(key)).findFirst();
    }

    /** The key that is spelled most like a wrong one. */
    static Setting nearest(String wrong) {
        return Arrays.stream(values())
                .min(Comparator.comparingInt(each -> distance(each.key, wrong)))
                .orElseThrow();
    }

    /** Levenshtein's: how many letters to add, drop or change. */
    private static int distance(String one, String other) {
        int[] above = new int[other.length() + 1];
        Arrays.setAll(above, i -> i);
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[other.length() + 1];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int change = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(above[j - 1] + change, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[other.length()];
    }
}
