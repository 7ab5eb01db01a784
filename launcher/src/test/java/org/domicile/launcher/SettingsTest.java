package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.domicile.guard.CompactionOptions;
import org.domicile.guard.GuardOptions;
import org.domicile.guard.StatisticsOptions;
import org.domicile.http.ListenerOptions.Address;
import org.domicile.http.ListenerOptions.Tls;
import org.domicile.policy.Ownership;
import org.domicile.streams.LogOptions;
import org.domicile.witness.Demand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every key: its default, a value that is taken, a value that is refused with its name. */
class SettingsTest {
    private static final String TLS = "tls.certificates=/c.pem\ntls.key=/k.pem\n";

    /**
     * @param read what the key becomes @param standard by default @param good a value
     * @param becomes what that is @param bad a value that is refused, empty when every text is good
     * @param beside lines that must stand beside it
     */
    private record Case(
            Function<Settings, Object> read,
            Object standard,
            String good,
            Object becomes,
            String bad,
            String beside) {
        Case(
                Function<Settings, Object> read,
                Object standard,
                String good,
                Object becomes,
                String bad) {
            this(read, standard, good, becomes, bad, "");
        }
    }

    private static final Map<Setting, Case> CASES = cases();

    private static Map<Setting, Case> cases() {
        Map<Setting, Case> cases = new EnumMap<>(Setting.class);
        cases.put(
                Setting.S3_LISTEN,
                new Case(
                        s -> s.doors().s3(),
                        new Address.Tcp("127.0.0.1", 9000),
                        "[::1]:0",
                        new Address.Tcp("::1", 0),
                        "cloud.example:9000"));
        cases.put(
                Setting.S3_DOMAIN,
                new Case(
                        s -> s.doors().domain(), "", "s3.city.example", "s3.city.example", "S3 X"));
        cases.put(
                Setting.S3_OWNERSHIP_DEFAULT,
                new Case(
                        s -> s.shared().ownership(),
                        Ownership.ENFORCED,
                        "ObjectWriter",
                        Ownership.WRITER,
                        "nobody"));
        cases.put(
                Setting.S3_PUBLIC_PURPOSES,
                new Case(
                        s -> s.shared().publicPurposes(),
                        Map.of(),
                        "city=open-data, water=levels",
                        Map.of("city", "city/open-data", "water", "water/levels"),
                        "open-data"));
        cases.put(
                Setting.WEB_LISTEN,
                new Case(
                        s -> s.doors().web(),
                        new Address.Tcp("127.0.0.1", 9001),
                        "localhost:8080",
                        new Address.Tcp("localhost", 8080),
                        "127.0.0.1:99999"));
        cases.put(
                Setting.SQL_LISTEN,
                new Case(
                        s -> s.doors().sql(),
                        new Address.Tcp("127.0.0.1", 5439),
                        "localhost:5432",
                        new Address.Tcp("localhost", 5432),
                        "127.0.0.1:99999"));
        cases.put(
                Setting.KAFKA_LISTEN,
                new Case(
                        s -> s.doors().kafka(),
                        new Address.Tcp("127.0.0.1", 9092),
                        "localhost:9192",
                        new Address.Tcp("localhost", 9192),
                        "127.0.0.1:99999"));
        cases.put(
                Setting.KAFKA_TOLD,
                new Case(
                        s -> s.doors().kafkaTold(),
                        "",
                        "streams.city.example:9092",
                        "streams.city.example:9092",
                        "two words"));
        cases.put(
                Setting.STREAMS_VOLUME,
                new Case(
                        s -> s.limits().volume(),
                        LogOptions.Said.NOTHING,
                        "encrypted",
                        LogOptions.Said.ENCRYPTED,
                        "yes"));
        cases.put(
                Setting.STREAMS_COMMIT,
                new Case(
                        s -> s.limits().commit(),
                        Duration.ofMinutes(5),
                        "30s",
                        Duration.ofSeconds(30),
                        "0s"));
        cases.put(
                Setting.STREAMS_COMMIT_SIZE,
                new Case(s -> s.limits().commitSize(), 64L << 20, "1MiB", 1L << 20, "1"));
        cases.put(
                Setting.KAFKA_RATE,
                new Case(s -> s.limits().kafka(), 256L << 20, "1MiB", 1L << 20, "0"));
        cases.put(
                Setting.ADMIN_LISTEN,
                new Case(
                        s -> List.of(s.doors().socket(), s.doors().admin()),
                        List.of(Optional.empty(), Optional.empty()),
                        "/run/cloud.sock, 0.0.0.0:9443",
                        List.of(
                                Optional.of(Path.of("/run/cloud.sock")),
                                Optional.of(new Address.Tcp("0.0.0.0", 9443))),
                        "9443",
                        TLS + "admin.hosts=cloud:9443\n"));
        cases.put(
                Setting.ADMIN_HOSTS,
                new Case(s -> s.doors().adminHosts(), Set.of(), "a:1, b", Set.of("a:1", "b"), ""));
        cases.put(
                Setting.KEYS_PLACES,
                new Case(
                        s -> s.keys().places(),
                        List.of(),
                        "/a, /b/../c",
                        List.of(Path.of("/a"), Path.of("/c")),
                        ""));
        cases.put(
                Setting.KEYS_ROOT,
                new Case(
                        s -> s.keys().root(),
                        Optional.empty(),
                        "/a/root",
                        Optional.of(Path.of("/a/root")),
                        ""));
        cases.put(
                Setting.KEYS_PASSPHRASE,
                new Case(
                        s -> s.keys().passphrase(),
                        Optional.empty(),
                        "~/pass",
                        Optional.of(Folder.home().resolve("pass")),
                        ""));
        cases.put(
                Setting.ZONE_DEFAULT,
                new Case(s -> s.zones().home(), "home", "nl-north", "nl-north", "Home!"));
        cases.put(
                Setting.ZONE_NETWORKS,
                new Case(
                        s -> s.zones().networks(),
                        List.of(),
                        "10.1.0.0/16=north, fd00::/8=south",
                        List.of(
                                new GuardOptions.Network("10.1.0.0/16", "north"),
                                new GuardOptions.Network("fd00::/8", "south")),
                        "10.1.0.0/99=north"));
        cases.put(
                Setting.ZONE_LISTENERS,
                new Case(
                        s -> s.zones().listeners(),
                        Map.of(),
                        "s3=north,web=home",
                        Map.of("s3", "north", "web", "home"),
                        "ftp=north"));
        cases.put(
                Setting.NODE_NAME,
                new Case(s -> s.names().node(), "node-1", "rack-7", "rack-7", "a/b"));
        cases.put(
                Setting.LEDGER_ORIGIN,
                new Case(
                        s -> s.names().origin(),
                        "",
                        "cloud.city.example/ledger",
                        "cloud.city.example/ledger",
                        "https://cloud.city.example"));
        cases.put(
                Setting.LEDGER_WITNESSES,
                new Case(
                        s -> s.witnessing().policy(),
                        Optional.empty(),
                        "/policy",
                        Optional.of(Path.of("/policy")),
                        ""));
        cases.put(
                Setting.LEDGER_WITNESSES_DEMAND,
                new Case(
                        s -> s.witnessing().demand(),
                        new Demand.Nothing(),
                        "2",
                        new Demand.AtLeast(2),
                        "most",
                        "ledger.witnesses=/policy\n"));
        cases.put(
                Setting.LEDGER_WITNESSES_LOGS,
                new Case(s -> s.witnessing().all(), false, "all", true, "some"));
        cases.put(
                Setting.LEDGER_WITNESSES_CA,
                new Case(
                        s -> s.witnessing().authorities(),
                        Optional.empty(),
                        "/ca.pem",
                        Optional.of(Path.of("/ca.pem")),
                        ""));
        cases.put(
                Setting.LEDGER_RESTORE,
                new Case(s -> s.witnessing().restored(), false, "new-history", true, "yes"));
        cases.put(
                Setting.TLS_CERTIFICATES,
                new Case(
                        s -> s.doors().tls().map(Tls::certificates),
                        Optional.empty(),
                        "/chain.pem",
                        Optional.of(Path.of("/chain.pem")),
                        "",
                        "tls.key=/k.pem\n"));
        cases.put(
                Setting.TLS_KEY,
                new Case(
                        s -> s.doors().tls().map(Tls::key),
                        Optional.empty(),
                        "/key.pem",
                        Optional.of(Path.of("/key.pem")),
                        "",
                        "tls.certificates=/c.pem\n"));
        cases.put(
                Setting.LIMITS_CONNECTIONS,
                new Case(s -> s.limits().connections(), 4096, "10", 10, "0"));
        cases.put(
                Setting.LIMITS_REQUESTS,
                new Case(s -> s.limits().requests(), 4096, "64", 64, "many"));
        cases.put(
                Setting.LIMITS_HEAD,
                new Case(
                        s -> s.limits().head(),
                        Duration.ofSeconds(60),
                        "2m",
                        Duration.ofMinutes(2),
                        "500ms"));
        cases.put(
                Setting.LIMITS_HEAP,
                new Case(s -> s.limits().heap(), 256L << 20, "2GiB", 2L << 30, "1MiB"));
        cases.put(
                Setting.LIMITS_CACHE,
                new Case(s -> s.limits().cache(), 64L << 20, "1TiB", 1L << 40, "2TiB"));
        cases.put(
                Setting.LIMITS_WRITES,
                new Case(s -> s.limits().writes(), 64L << 20, "4194304", 4L << 20, "4MB"));
        cases.put(
                Setting.LIMITS_RESERVE,
                new Case(s -> s.limits().reserve(), 256L << 20, "0", 0L, "-1"));
        cases.put(
                Setting.BLOBS_SEGMENT,
                new Case(s -> s.limits().segment(), 256L << 20, "1MiB", 1L << 20, "200000"));
        cases.put(
                Setting.UPKEEP_RATE,
                new Case(s -> s.upkeep().rate(), 32L << 20, "64 KiB", 64L << 10, "1KiB"));
        cases.put(
                Setting.UPKEEP_SCRUB,
                new Case(
                        s -> s.upkeep().scrub(),
                        Duration.ofDays(7),
                        "36h",
                        Duration.ofHours(36),
                        "8d"));
        cases.put(
                Setting.UPKEEP_PAUSE,
                new Case(
                        s -> s.upkeep().pause(),
                        Duration.ofSeconds(10),
                        "100ms",
                        Duration.ofMillis(100),
                        "0s"));
        cases.put(
                Setting.UPKEEP_COMPACTION,
                new Case(
                        s -> s.upkeep().compaction().mode(),
                        CompactionOptions.Mode.ON,
                        "off",
                        CompactionOptions.Mode.OFF,
                        "never"));
        cases.put(
                Setting.UPKEEP_COMPACTION_FILES,
                new Case(s -> s.upkeep().compaction().files(), 12, "5", 5, "1"));
        cases.put(
                Setting.UPKEEP_COMPACTION_QUIET,
                new Case(
                        s -> s.upkeep().compaction().quiet(),
                        Duration.ofMinutes(1),
                        "5m",
                        Duration.ofMinutes(5),
                        "2d"));
        cases.put(
                Setting.UPKEEP_STATISTICS,
                new Case(
                        s -> s.upkeep().statistics(),
                        StatisticsOptions.Mode.ON,
                        "off",
                        StatisticsOptions.Mode.OFF,
                        "never"));
        cases.put(
                Setting.S3_LIFECYCLE_DAY,
                new Case(
                        s -> s.upkeep().day(),
                        Duration.ofDays(1),
                        "10s",
                        Duration.ofSeconds(10),
                        "25h"));
        cases.put(
                Setting.CLOCK_JUMP,
                new Case(
                        s -> s.upkeep().jump(),
                        SteadyClock.Jump.REFUSE,
                        "accept",
                        SteadyClock.Jump.ACCEPT,
                        "perhaps"));
        cases.put(
                Setting.SQL_STAGING,
                new Case(s -> s.sql().limits().staging(), 1L << 30, "2GiB", 2L << 30, "1KiB"));
        cases.put(
                Setting.SQL_STAGING_TOTAL,
                new Case(s -> s.sql().total(), 2L << 30, "4GiB", 4L << 30, "1MiB"));
        cases.put(
                Setting.SQL_STAGING_FOLDER,
                new Case(
                        s -> s.sql().folder(),
                        Optional.empty(),
                        "/dev/shm/here",
                        Optional.of(Path.of("/dev/shm/here")),
                        ""));
        cases.put(
                Setting.SQL_ENGINES,
                new Case(
                        s -> s.sql().engines(),
                        Optional.empty(),
                        "/opt/engines",
                        Optional.of(Path.of("/opt/engines")),
                        ""));
        cases.put(
                Setting.SQL_DESCRIBING,
                new Case(s -> s.sql().describing(), 64L << 20, "1GiB", 1L << 30, "1KiB"));
        cases.put(
                Setting.SQL_MEMORY,
                new Case(s -> s.sql().limits().memory(), 1L << 30, "64MiB", 64L << 20, "1MiB"));
        cases.put(
                Setting.SQL_SPILL,
                new Case(s -> s.sql().limits().spill(), 1L << 30, "0", 0L, "much"));
        cases.put(Setting.SQL_THREADS, new Case(s -> s.sql().limits().threads(), 2, "1", 1, "0"));
        cases.put(
                Setting.SQL_TIME,
                new Case(
                        s -> s.sql().limits().time(),
                        Duration.ofMinutes(10),
                        "30s",
                        Duration.ofSeconds(30),
                        "1ms"));
        cases.put(
                Setting.SQL_ROWS,
                new Case(s -> s.sql().limits().rows(), 100_000_000L, "10", 10L, "0"));
        cases.put(
                Setting.SQL_SESSIONS, new Case(s -> s.sql().limits().sessions(), 32, "1", 1, "0"));
        cases.put(Setting.SQL_WARM, new Case(s -> s.sql().warm(), 2, "0", 0, "many"));
        cases.put(Setting.WATCHES_WORKERS, new Case(s -> s.watches().workers(), 4, "0", 0, "-1"));
        cases.put(
                Setting.WATCHES_MEMORY,
                new Case(s -> s.watches().memory(), 384L << 20, "1GiB", 1L << 30, "16MiB"));
        cases.put(
                Setting.WATCHES_STATE,
                new Case(s -> s.watches().state(), 1L << 30, "64MiB", 64L << 20, "2GiB"));
        cases.put(
                Setting.WATCHES_PACE,
                new Case(
                        s -> s.watches().pace(),
                        Duration.ofMillis(500),
                        "5s",
                        Duration.ofSeconds(5),
                        "1ms"));
        cases.put(
                Setting.WATCHES_TABLES,
                new Case(
                        s -> s.watches().tables(),
                        Duration.ofMinutes(5),
                        "10s",
                        Duration.ofSeconds(10),
                        "1ms"));
        cases.put(
                Setting.WATCHES_ENGINE,
                new Case(
                        s -> s.watches().engine(),
                        Optional.empty(),
                        "/opt/flink",
                        Optional.of(Path.of("/opt/flink")),
                        ""));
        cases.put(
                Setting.WATCHES_JAVA,
                new Case(
                        s -> s.watches().java(),
                        Optional.empty(),
                        "/opt/java",
                        Optional.of(Path.of("/opt/java")),
                        ""));
        cases.put(
                Setting.DRAIN_TIME,
                new Case(
                        s -> s.limits().drain(),
                        Duration.ofSeconds(20),
                        "0s",
                        Duration.ZERO,
                        "soon"));
        return cases;
    }

    @TempDir Path folder;

    @Test
    void everyKeyHasACase() {
        assertEquals(Set.of(Setting.values()), CASES.keySet());
    }

    @Test
    void everyKeyHasItsDefaultAndTakesAValueFromFileAndCommandLine() throws IOException {
        Settings standard = Settings.standard();
        for (Map.Entry<Setting, Case> entry : CASES.entrySet()) {
            String key = entry.getKey().key();
            Case one = entry.getValue();
            assertEquals(one.standard(), one.read().apply(standard), key);
            Settings fromFile = file(one.beside() + key + " = " + one.good() + "\n");
            assertEquals(one.becomes(), one.read().apply(fromFile), key);
            Configuration commandLine = new Configuration();
            one.beside().lines().forEach(commandLine::set);
            commandLine.set(key + "=" + one.good());
            assertEquals(one.becomes(), one.read().apply(Settings.read(commandLine)), key);
        }
    }

    @Test
    void everyKeyRefusesWhatItCannotBe() {
        for (Map.Entry<Setting, Case> entry : CASES.entrySet()) {
            String key = entry.getKey().key();
            Case one = entry.getValue();
            if (!one.bad().isEmpty()) {
                String sentence = refusal(one.beside() + key + "=" + one.bad());
                assertTrue(
                        sentence.contains(key) && sentence.contains(one.bad()),
                        key + " said: " + sentence);
            }
        }
    }

    @Test
    void anUnknownKeyNamesTheNearest() {
        assertEquals(
                "cloud.conf line 3: there is no setting s3.lisen; did you mean s3.listen?",
                refusal("# a comment\n\ns3.lisen = 127.0.0.1:1\n"));
        assertTrue(refusal("just words").contains("key = value"));
    }

    @Test
    void aKeyStandsOnceInAFileAndTheCommandLineWins() throws IOException {
        assertTrue(refusal("node.name=a\nnode.name=b\n").contains("stands already in"));
        Configuration both = new Configuration().file(written("node.name = a\n"));
        assertEquals("b", Settings.read(both.set("node.name=b")).names().node());
        assertEquals("c", Settings.read(both.set("node.name=c")).names().node());
    }

    @Test
    void pathsInAFileAreRelativeToIt() throws IOException {
        assertEquals(
                Optional.of(folder.resolve("keys/root")),
                file("keys.root=keys/root").keys().root());
    }

    @Test
    void aDataFileOfAStreamFitsTheWorkerThatMakesIt() throws IOException {
        assertTrue(
                refusal("streams.commit.size=1GiB\n")
                        .contains("half of sql.staging, which is 1GiB"));
        assertTrue(refusal("streams.commit.size=8MiB\nsql.staging=8MiB").contains("sql.staging"));
        assertEquals(
                1L << 30, file("streams.commit.size=1GiB\nsql.staging=2GiB").limits().commitSize());
        assertEquals(4L << 20, file("sql.staging=8MiB").limits().commitSize());
        assertTrue(refusal("streams.commit=7h").contains("streams.commit"));
    }

    @Test
    void aListenerThatOthersCanReachDemandsTls() throws IOException {
        for (String key : List.of("s3.listen", "web.listen", "sql.listen", "kafka.listen")) {
            assertTrue(refusal(key + "=0.0.0.0:9000").contains("needs TLS"));
            String told = key.equals("kafka.listen") ? "\nkafka.told=streams.city.example" : "";
            assertTrue(file(TLS + key + "=0.0.0.0:9000" + told).doors().tls().isPresent());
        }
        assertTrue(refusal(TLS + "kafka.listen=0.0.0.0:9092").contains("kafka.told"));
        assertTrue(refusal("admin.listen=127.0.0.1:9443").contains("needs TLS"));
        assertTrue(refusal(TLS + "admin.listen=127.0.0.1:9443").contains("admin.hosts"));
        assertTrue(refusal("tls.key=/k.pem").contains("go together"));
    }

    private Path written(String text) throws IOException {
        return Files.writeString(folder.resolve("cloud.conf"), text);
    }

    private Settings file(String text) throws IOException {
        return Settings.read(new Configuration().file(written(text)));
    }

    private String refusal(String text) {
        return String.valueOf(assertThrows(Problem.class, () -> file(text), text).getMessage());
    }
}
