package org.domicile.launcher;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.guard.CompactionOptions;
import org.domicile.guard.GuardOptions;
import org.domicile.guard.StatisticsOptions;
import org.domicile.http.ListenerOptions.Address;
import org.domicile.http.ListenerOptions.Tls;
import org.domicile.policy.Ownership;
import org.domicile.streams.LogOptions;
import org.domicile.witness.Demand;

/**
 * What one server is told, a record for each component; {@link Setting} lists the keys. Everything
 * that can be judged without opening anything is judged when it is read, with a sentence.
 */
record Settings(
        Doors doors,
        Shared shared,
        Keeping keys,
        Zones zones,
        Names names,
        Witnessing witnessing,
        Limits limits,
        Sql sql,
        Watching watches,
        Upkeep upkeep) {
    private static final Pattern TIME = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|d)");
    private static final Pattern ADDRESS =
            Pattern.compile("(localhost|[0-9.]+|\\[[0-9a-fA-F:.]+]):(\\d{1,5})");
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /**
     * Listeners.
     *
     * @param s3 where the S3 door listens @param domain of virtual-hosted buckets, or empty
     * @param web where the web door listens
     * @param sql where PostgreSQL's protocol is spoken
     * @param kafka where Kafka's is @param kafkaTold how its clients are told to find it; empty for
     *     where it listens
     * @param socket the admin API's Unix socket, where it is not the data folder's
     * @param admin where the admin API listens beside its socket
     * @param adminHosts accepted there
     * @param tls for all TCP listeners
     */
    record Doors(
            Address.Tcp s3,
            String domain,
            Address.Tcp web,
            Address.Tcp sql,
            Address.Tcp kafka,
            String kafkaTold,
            Optional<Path> socket,
            Optional<Address.Tcp> admin,
            Set<String> adminHosts,
            Optional<Tls> tls) {}

    /**
     * How the S3 door's buckets are shared.
     *
     * @param publicPurposes full name of the purpose of callers without a signature, by
     *     organisation
     */
    record Shared(Ownership ownership, Map<String, String> publicPurposes) {}

    /**
     * Where keys lie. @param places empty for the default @param root empty for the default
     *
     * @param passphrase file with the passphrase
     */
    record Keeping(List<Path> places, Optional<Path> root, Optional<Path> passphrase) {}

    /** Zones. @param home where data lie @param listeners by listener @param networks of clients */
    record Zones(String home, Map<String, String> listeners, List<GuardOptions.Network> networks) {}

    /** Names that are written into logs. @param origin empty for the default */
    record Names(String node, String origin) {}

    /**
     * Who holds the ledger to its word.
     *
     * @param policy file of the witnesses; empty for none
     * @param demand how many must have cosigned
     * @param all whether use logs are cosigned too
     * @param authorities of their certificates; empty for Java's
     * @param restored whether an older copy may go on under a new name
     */
    record Witnessing(
            Optional<Path> policy,
            Demand demand,
            boolean all,
            Optional<Path> authorities,
            boolean restored) {}

    /** Upper bounds; sizes in bytes. */
    record Limits(
            int connections,
            int requests,
            Duration head,
            long heap,
            long cache,
            long writes,
            long reserve,
            long segment,
            long kafka,
            LogOptions.Said volume,
            Duration commit,
            long commitSize,
            Duration drain) {}

    /**
     * Sessions of SQL.
     *
     * @param folder of staging; empty for the default
     * @param engines where the library is kept; empty for the default
     * @param total bytes of all sessions
     * @param warm workers that wait
     * @param describing bytes of heap for what describes the files of all statements
     * @param limits of an organisation
     */
    record Sql(
            Optional<Path> folder,
            Optional<Path> engines,
            long total,
            int warm,
            long describing,
            org.domicile.query.Limits limits) {}

    /**
     * Watches.
     *
     * @param workers at one time @param memory bytes of heap of each
     * @param state bytes that a watch may remember
     * @param pace time between checkpoints
     * @param tables after which a table that is looked into is read again
     * @param engine folder of jars; empty for the one that comes with the program
     * @param java folder of a Java; empty for the program's own
     */
    record Watching(
            int workers,
            long memory,
            long state,
            Duration pace,
            Duration tables,
            Optional<Path> engine,
            Optional<Path> java) {}

    /**
     * The program's own work.
     *
     * @param rate bytes a second @param scrub how often all is verified
     * @param pause before the first turn, and after one that found nothing to do
     * @param day how long a day of lifecycle rules lasts
     * @param jump what to do when the system's clock is far ahead
     */
    record Upkeep(
            long rate,
            Duration scrub,
            Duration pause,
            Duration day,
            SteadyClock.Jump jump,
            Compaction compaction,
            StatisticsOptions.Mode statistics) {}

    /** Compaction of tables by the program itself. */
    record Compaction(CompactionOptions.Mode mode, int files, Duration quiet) {}

    /** The defaults. */
    static Settings standard() {
        return read(new Configuration());
    }

    /** Reads and judges. @throws Problem that names the place and says what would be right */
    static Settings read(Configuration from) {
        return new Settings(
                doors(from),
                shared(from),
                keys(from),
                zones(from),
                names(from),
                witnessing(from),
                limits(from),
                sql(from),
                watches(from),
                upkeep(from));
    }

    private static Doors doors(Configuration from) {
        Optional<Tls> tls = tls(from);
        Address.Tcp s3 = address(from, Setting.S3_LISTEN);
        Address.Tcp web = address(from, Setting.WEB_LISTEN);
        Address.Tcp sql = address(from, Setting.SQL_LISTEN);
        Optional<Path> socket = Optional.empty();
        Optional<Address.Tcp> admin = Optional.empty();
        Configuration.Written listen = from.written(Setting.ADMIN_LISTEN);
        for (String each : list(listen.text())) {
            if (each.indexOf('/') >= 0) {
                socket = Optional.of(path(listen, each));
            } else {
                admin = Optional.of(address(Setting.ADMIN_LISTEN, listen, each));
            }
        }
        Set<String> hosts = new LinkedHashSet<>(list(from.written(Setting.ADMIN_HOSTS).text()));
        demandTls(Setting.S3_LISTEN, s3, tls);
        demandTls(Setting.WEB_LISTEN, web, tls);
        demandTls(Setting.SQL_LISTEN, sql, tls);
        Address.Tcp kafka = address(from, Setting.KAFKA_LISTEN);
        demandTls(Setting.KAFKA_LISTEN, kafka, tls);
        String told = from.written(Setting.KAFKA_TOLD).text();
        if (told.isEmpty() && List.of("0.0.0.0", "::").contains(kafka.host())) {
            throw new Problem(
                    "kafka.listen is "
                            + kafka.host()
                            + ", which is no address that clients could come back to: say one with"
                            + " kafka.told");
        }
        if (!told.isEmpty() && !told.matches("([A-Za-z0-9.-]+|\\[[0-9a-fA-F:.]+])(:\\d{1,5})?")) {
            throw wrong(
                    Setting.KAFKA_TOLD,
                    from.written(Setting.KAFKA_TOLD),
                    "a host, or host:port, such as streams.city.example:9092");
        }
        if (admin.isPresent() && tls.isEmpty()) {
            throw new Problem(
                    "admin.listen over TCP needs TLS: set tls.certificates and tls.key, or leave it"
                            + " to the Unix socket");
        }
        if (admin.isPresent() && hosts.isEmpty()) {
            throw new Problem(
                    "admin.listen over TCP needs admin.hosts: the names by which clients call this"
                            + " server, for example cloud.city.example:9443");
        }
        String domain = from.written(Setting.S3_DOMAIN).text();
        if (!domain.isEmpty() && !domain.matches("[a-z0-9]([a-z0-9.-]*[a-z0-9])?")) {
            throw wrong(
                    Setting.S3_DOMAIN, from.written(Setting.S3_DOMAIN), "a domain in lower case");
        }
        return new Doors(s3, domain, web, sql, kafka, told, socket, admin, hosts, tls);
    }

    private static Shared shared(Configuration from) {
        Configuration.Written usual = from.written(Setting.S3_OWNERSHIP_DEFAULT);
        Ownership ownership =
                Ownership.of(usual.text())
                        .orElseThrow(() ->
                                wrong(
                                        Setting.S3_OWNERSHIP_DEFAULT,
                                        usual,
                                        "BucketOwnerEnforced, BucketOwnerPreferred or"
                                                + " ObjectWriter"));
        Map<String, String> purposes = new LinkedHashMap<>();
        pairs(
                        from,
                        Setting.S3_PUBLIC_PURPOSES,
                        "pairs ORGANISATION=PURPOSE, such as city=open-data")
                .forEach((organisation, purpose) ->
                        purposes.put(organisation, organisation + "/" + purpose));
        return new Shared(ownership, Map.copyOf(purposes));
    }

    private static void demandTls(Setting setting, Address.Tcp address, Optional<Tls> tls) {
        if (tls.isEmpty() && !loopback(address)) {
            throw new Problem(
                    "%s is %s, which others can reach, so it needs TLS: set tls.certificates and"
                                    .formatted(setting.key(), address.host())
                            + " tls.key, or listen on 127.0.0.1");
        }
    }

    /**
     * Where a program of its own listens.
     *
     * @throws IllegalArgumentException when it is no address, or one that needs TLS
     */
    static Address.Tcp listening(String text, Optional<Tls> tls) {
        Matcher matcher = ADDRESS.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 65_535) {
            throw new IllegalArgumentException(
                    text + " is no address and port, such as 127.0.0.1:7380 or [::1]:7380");
        }
        String host = matcher.group(1).replaceAll("[\\[\\]]", "");
        Address.Tcp address = new Address.Tcp(host, Integer.parseInt(matcher.group(2)));
        if (tls.isEmpty() && !loopback(address)) {
            throw new IllegalArgumentException(
                    text + " can be reached by others, so it needs TLS certificates");
        }
        return address;
    }

    private static boolean loopback(Address.Tcp address) {
        try {
            return InetAddress.getByName(address.host()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static Optional<Tls> tls(Configuration from) {
        Optional<Path> certificates = path(from, Setting.TLS_CERTIFICATES);
        Optional<Path> key = path(from, Setting.TLS_KEY);
        if (certificates.isPresent() != key.isPresent()) {
            throw new Problem("tls.certificates and tls.key go together: set both or neither");
        }
        return certificates.map(file -> new Tls(file, key.orElseThrow()));
    }

    private static Keeping keys(Configuration from) {
        Configuration.Written places = from.written(Setting.KEYS_PLACES);
        return new Keeping(
                list(places.text()).stream().map(each -> path(places, each)).toList(),
                path(from, Setting.KEYS_ROOT),
                path(from, Setting.KEYS_PASSPHRASE));
    }

    private static Zones zones(Configuration from) {
        String home = name(Setting.ZONE_DEFAULT, from.written(Setting.ZONE_DEFAULT));
        Map<String, String> listeners = pairs(from, Setting.ZONE_LISTENERS);
        for (String listener : listeners.keySet()) {
            if (!Set.of("s3", "web", "sql", "kafka", "admin").contains(listener)) {
                throw wrong(
                        Setting.ZONE_LISTENERS,
                        from.written(Setting.ZONE_LISTENERS),
                        "pairs such as s3=north for the listeners s3, web, sql, kafka and admin");
            }
        }
        List<GuardOptions.Network> networks = new ArrayList<>();
        pairs(from, Setting.ZONE_NETWORKS)
                .forEach((cidr, zone) -> {
                    if (!network(cidr)) {
                        throw wrong(
                                Setting.ZONE_NETWORKS,
                                from.written(Setting.ZONE_NETWORKS),
                                "networks such as 10.1.0.0/16=north or fd00::/8=north");
                    }
                    networks.add(new GuardOptions.Network(cidr, zone));
                });
        return new Zones(home, listeners, List.copyOf(networks));
    }

    private static boolean network(String cidr) {
        int slash = cidr.indexOf('/');
        String bits = slash < 0 ? "0" : cidr.substring(slash + 1);
        try {
            InetAddress address =
                    InetAddress.ofLiteral(slash < 0 ? cidr : cidr.substring(0, slash));
            return bits.matches("\\d{1,3}")
                    && Integer.parseInt(bits) <= address.getAddress().length * 8;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Names names(Configuration from) {
        String origin = from.written(Setting.LEDGER_ORIGIN).text();
        if (!origin.matches("[!-*,-~]{0,100}") || origin.contains("://")) {
            throw wrong(
                    Setting.LEDGER_ORIGIN,
                    from.written(Setting.LEDGER_ORIGIN),
                    "a URL without https://, such as cloud.city.example/ledger, of at most 100"
                            + " characters without space and plus sign");
        }
        return new Names(name(Setting.NODE_NAME, from.written(Setting.NODE_NAME)), origin);
    }

    private static Witnessing witnessing(Configuration from) {
        Optional<Path> policy = path(from, Setting.LEDGER_WITNESSES);
        Configuration.Written demanded = from.written(Setting.LEDGER_WITNESSES_DEMAND);
        Demand demand = new Demand.Quorum();
        if (!demanded.text().equals("quorum")) {
            int least = count(from, Setting.LEDGER_WITNESSES_DEMAND, 0, 1_000);
            demand = least == 0 ? new Demand.Nothing() : new Demand.AtLeast(least);
        }
        if (policy.isEmpty() && !(demand instanceof Demand.Nothing)) {
            throw new Problem(
                    "ledger.witnesses.demand asks for cosignatures of nobody: name the witnesses in"
                            + " ledger.witnesses");
        }
        return new Witnessing(
                policy,
                demand,
                chosen(from, Setting.LEDGER_WITNESSES_LOGS, "public", "all"),
                path(from, Setting.LEDGER_WITNESSES_CA),
                chosen(from, Setting.LEDGER_RESTORE, "refuse", "new-history"));
    }

    /** Whether the second of two words was written. */
    private static boolean chosen(Configuration from, Setting setting, String no, String yes) {
        Configuration.Written written = from.written(setting);
        if (!written.text().equals(no) && !written.text().equals(yes)) {
            throw wrong(setting, written, no + " or " + yes);
        }
        return written.text().equals(yes);
    }

    private static Limits limits(Configuration from) {
        return new Limits(
                count(from, Setting.LIMITS_CONNECTIONS, 1, 1_000_000),
                count(from, Setting.LIMITS_REQUESTS, 1, 1_000_000),
                time(from, Setting.LIMITS_HEAD, Duration.ofSeconds(1), Duration.ofHours(1)),
                size(from, Setting.LIMITS_HEAP, 64L << 20, 1L << 40),
                size(from, Setting.LIMITS_CACHE, 1L << 20, 1L << 40),
                size(from, Setting.LIMITS_WRITES, 4L << 20, 1L << 40),
                size(from, Setting.LIMITS_RESERVE, 0, 1L << 40),
                segment(from),
                size(from, Setting.KAFKA_RATE, 1L << 10, 1L << 40),
                chosen(from, Setting.STREAMS_VOLUME, "seen", "encrypted")
                        ? LogOptions.Said.ENCRYPTED
                        : LogOptions.Said.NOTHING,
                time(from, Setting.STREAMS_COMMIT, Duration.ofMillis(100), Duration.ofHours(6)),
                commitSize(from),
                time(from, Setting.DRAIN_TIME, Duration.ZERO, Duration.ofHours(1)));
    }

    /** The worker that makes a data file holds what becomes of it and the file. */
    private static long commitSize(Configuration from) {
        long bytes = size(from, Setting.STREAMS_COMMIT_SIZE, 64L << 10, 4L << 30);
        long most = size(from, Setting.SQL_STAGING, 1L << 20, 1L << 42) / 2;
        if (bytes > most && from.isWritten(Setting.STREAMS_COMMIT_SIZE)) {
            throw wrong(
                    Setting.STREAMS_COMMIT_SIZE,
                    from.written(Setting.STREAMS_COMMIT_SIZE),
                    "at most half of sql.staging, which is "
                            + from.written(Setting.SQL_STAGING).text());
        }
        return Math.min(bytes, most);
    }

    private static Sql sql(Configuration from) {
        return new Sql(
                path(from, Setting.SQL_STAGING_FOLDER),
                path(from, Setting.SQL_ENGINES),
                size(from, Setting.SQL_STAGING_TOTAL, 16L << 20, 1L << 42),
                count(from, Setting.SQL_WARM, 0, 1_000),
                size(from, Setting.SQL_DESCRIBING, 1L << 20, 1L << 40),
                new org.domicile.query.Limits(
                        size(from, Setting.SQL_MEMORY, 64L << 20, 1L << 42),
                        count(from, Setting.SQL_THREADS, 1, 1_024),
                        time(from, Setting.SQL_TIME, Duration.ofMillis(100), Duration.ofDays(7)),
                        count(from, Setting.SQL_ROWS, 1, Integer.MAX_VALUE),
                        size(from, Setting.SQL_STAGING, 1L << 20, 1L << 42),
                        size(from, Setting.SQL_SPILL, 0, 1L << 42),
                        count(from, Setting.SQL_SESSIONS, 1, 100_000)));
    }

    private static Watching watches(Configuration from) {
        return new Watching(
                count(from, Setting.WATCHES_WORKERS, 0, 1_000),
                size(from, Setting.WATCHES_MEMORY, 256L << 20, 1L << 40),
                size(from, Setting.WATCHES_STATE, 1L << 20, org.domicile.watches.Watches.LARGEST),
                time(from, Setting.WATCHES_PACE, Duration.ofMillis(100), Duration.ofHours(1)),
                time(from, Setting.WATCHES_TABLES, Duration.ofSeconds(1), Duration.ofDays(1)),
                path(from, Setting.WATCHES_ENGINE),
                path(from, Setting.WATCHES_JAVA));
    }

    private static long segment(Configuration from) {
        long bytes = size(from, Setting.BLOBS_SEGMENT, 128L << 10, 64L << 30);
        if (bytes % (64L << 10) != 0) {
            throw wrong(
                    Setting.BLOBS_SEGMENT,
                    from.written(Setting.BLOBS_SEGMENT),
                    "a multiple of 64KiB");
        }
        return bytes;
    }

    private static Upkeep upkeep(Configuration from) {
        return new Upkeep(
                size(from, Setting.UPKEEP_RATE, 64L << 10, 1L << 40),
                time(from, Setting.UPKEEP_SCRUB, Duration.ofMinutes(1), Duration.ofDays(7)),
                time(from, Setting.UPKEEP_PAUSE, Duration.ofMillis(100), Duration.ofHours(1)),
                time(from, Setting.S3_LIFECYCLE_DAY, Duration.ofSeconds(1), Duration.ofDays(1)),
                chosen(from, Setting.CLOCK_JUMP, "refuse", "accept")
                        ? SteadyClock.Jump.ACCEPT
                        : SteadyClock.Jump.REFUSE,
                new Compaction(
                        chosen(from, Setting.UPKEEP_COMPACTION, "off", "on")
                                ? CompactionOptions.Mode.ON
                                : CompactionOptions.Mode.OFF,
                        count(from, Setting.UPKEEP_COMPACTION_FILES, 2, 1_000_000),
                        time(
                                from,
                                Setting.UPKEEP_COMPACTION_QUIET,
                                Duration.ofMillis(100),
                                Duration.ofDays(1))),
                chosen(from, Setting.UPKEEP_STATISTICS, "off", "on")
                        ? StatisticsOptions.Mode.ON
                        : StatisticsOptions.Mode.OFF);
    }

    // ---- texts ------------------------------------------------------------------------------

    private static List<String> list(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .toList();
    }

    private static Map<String, String> pairs(Configuration from, Setting setting) {
        return pairs(from, setting, "pairs WHAT=ZONE with commas, such as 10.1.0.0/16=north");
    }

    private static Map<String, String> pairs(Configuration from, Setting setting, String expected) {
        Configuration.Written written = from.written(setting);
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String each : list(written.text())) {
            int equals = each.lastIndexOf('=');
            String name = equals < 0 ? "" : each.substring(equals + 1).strip();
            if (equals < 1 || !NAME.matcher(name).matches()) {
                throw wrong(setting, written, expected);
            }
            pairs.put(each.substring(0, equals).strip(), name);
        }
        return pairs;
    }

    private static Address.Tcp address(Configuration from, Setting setting) {
        Configuration.Written written = from.written(setting);
        return address(setting, written, written.text());
    }

    /** No names but localhost: looking one up would be a question to somebody outside. */
    private static Address.Tcp address(
            Setting setting, Configuration.Written written, String text) {
        Matcher matcher = ADDRESS.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 65_535) {
            throw wrong(
                    setting,
                    written,
                    "an address and a port, such as 127.0.0.1:9000 or [::1]:9000");
        }
        String host = matcher.group(1);
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        return new Address.Tcp(host, Integer.parseInt(matcher.group(2)));
    }

    private static Optional<Path> path(Configuration from, Setting setting) {
        Configuration.Written written = from.written(setting);
        return written.text().isEmpty()
                ? Optional.empty()
                : Optional.of(path(written, written.text()));
    }

    private static Path path(Configuration.Written written, String text) {
        Path path =
                text.equals("~") || text.startsWith("~/")
                        ? Folder.home().resolve(text.substring(Math.min(2, text.length())))
                        : written.base().resolve(text);
        return path.toAbsolutePath().normalize();
    }

    private static String name(Setting setting, Configuration.Written written) {
        if (!NAME.matcher(written.text()).matches()) {
            throw wrong(
                    setting, written, "a name of 1 to 63 lower-case letters, digits and hyphens");
        }
        return written.text();
    }

    private static int count(Configuration from, Setting setting, int least, int most) {
        Configuration.Written written = from.written(setting);
        if (written.text().matches("\\d{1,9}")) {
            int count = Integer.parseInt(written.text());
            if (count >= least && count <= most) {
                return count;
            }
        }
        throw wrong(setting, written, "a number from %,d to %,d".formatted(least, most));
    }

    private static long size(Configuration from, Setting setting, long least, long most) {
        Configuration.Written written = from.written(setting);
        OptionalLong size = Sizes.parse(written.text());
        if (size.isPresent() && size.getAsLong() >= least && size.getAsLong() <= most) {
            return size.getAsLong();
        }
        throw wrong(
                setting,
                written,
                "a size from %d to %d bytes, such as 64MiB".formatted(least, most));
    }

    private static Duration time(
            Configuration from, Setting setting, Duration least, Duration most) {
        Configuration.Written written = from.written(setting);
        Matcher matcher = TIME.matcher(written.text());
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            Duration time =
                    switch (matcher.group(2)) {
                        case "ms" -> Duration.ofMillis(number);
                        case "s" -> Duration.ofSeconds(number);
                        case "m" -> Duration.ofMinutes(number);
                        case "h" -> Duration.ofHours(number);
                        default -> Duration.ofDays(number);
                    };
            if (time.compareTo(least) >= 0 && time.compareTo(most) <= 0) {
                return time;
            }
        }
        throw wrong(
                setting,
                written,
                "a time from %s to %s, such as 30s, 5m or 7d".formatted(said(least), said(most)));
    }

    private static String said(Duration time) {
        return time.toSeconds() % 86_400 == 0 && !time.isZero()
                ? time.toDays() + "d"
                : time.toSeconds() + "s";
    }

    private static Problem wrong(Setting setting, Configuration.Written written, String right) {
        return new Problem(
                "%s: %s = %s is not understood; it takes %s"
                        .formatted(written.where(), setting.key(), written.text(), right));
    }
}
