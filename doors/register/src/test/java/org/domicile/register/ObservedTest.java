package org.domicile.register;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is added up from entries of a public log, and the report that is made of it. */
class ObservedTest {
    private final Observed observed = new Observed();

    private static byte[] entry(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    static byte[] created(String minute, String purpose, String actions, String expires) {
        return entry(
                ("{'facts':{'actions':'%s','classes':'','expires':'%s','kind':'trial','purpose':'%s',"
                     + "'term':'dpv:Purpose','zones':'home'},'kind':'purpose.created',"
                     + "'minute':'%s','texts':{},'v':1}")
                        .formatted(actions, expires, purpose, minute));
    }

    static byte[] counts(String minute, String purpose, String action, String verdict, long count) {
        return counts(minute, purpose, action, "home", verdict, count);
    }

    private static byte[] counts(
            String minute, String purpose, String action, String zone, String verdict, long count) {
        return entry(
                ("{'kind':'counts','logs':[{'from':0,'log':'use/city/n','to':1,'uses':[{'action':'%s',"
                     + "'clientZone':'%s','count':%d,'dataZone':'home','purpose':'%s',"
                     + "'verdict':'%s'}]}],'minute':'%s','v':1}")
                        .formatted(action, zone, count, purpose, verdict, minute));
    }

    private static byte[] checkpoints(String minute) {
        return entry("{'kind':'checkpoints','logs':[],'minute':'" + minute + "','v':1}");
    }

    private void read(byte[]... entries) {
        for (byte[] each : entries) {
            observed.read(each);
        }
    }

    private List<Drift.What> drifts(String purpose) {
        return seen(purpose).drifts().stream().map(Drift::what).toList();
    }

    private Seen seen(String purpose) {
        return Optional.ofNullable(observed.purposes().get(purpose)).orElseThrow();
    }

    @Test
    void usesAreAddedUpByDayAndKnowTheirEntries() {
        read(
                entry(
                        "{'facts':{'zone':'home'},'kind':'zone.created','minute':'2026-11-01T00:00Z'}"),
                created("2026-11-01T00:00Z", "city/p", "s3:Get*", "2027-01-01T00:00:00Z"),
                checkpoints("2026-11-01T00:01Z"),
                counts("2026-11-01T00:02Z", "city/p", "s3:GetObject", "allowed", 3),
                counts("2026-11-01T00:03Z", "city/p", "s3:GetObject", "allowed", 4),
                counts("2026-11-01T00:04Z", "city/q", "s3:GetObject", "refused", 1),
                counts("2026-11-02T00:00Z", "city/p", "s3:GetObject", "refused", 5));
        Seen seen = seen("city/p");
        assertEquals(List.of("2026-11-01", "2026-11-02"), List.copyOf(seen.days().keySet()));
        Seen.Day first = seen.days().firstEntry().getValue();
        assertEquals(7, first.sum("allowed"));
        assertEquals(0, first.sum("refused"));
        assertEquals(List.of(3L, 4L), observed.sources("city/p", "2026-11-01"));
        assertEquals(List.of(5L), observed.sources("city/q", "2026-11-01"));
        assertEquals(List.of(), observed.sources("city/p", "2026-11-03"));
        assertEquals(List.of(), seen.drifts());
        assertEquals(7, observed.next());
        assertEquals("2026-11-02T00:00Z", observed.newest());
    }

    @Test
    void whatWasNotDeclaredIsDrift() {
        read(
                entry(
                        "{'facts':{'zone':'home'},'kind':'zone.created','minute':'2026-11-01T00:00Z'}"),
                created("2026-11-01T00:00Z", "city/p", "s3:Get*", "2026-11-20T00:00:00Z"),
                counts("2026-11-01T00:02Z", "city/p", "s3:PutObject", "allowed", 1),
                counts("2026-11-01T00:03Z", "city/p", "s3:GetObject", "abroad", "allowed", 2),
                counts("2026-11-01T00:03Z", "city/p", "s3:PutObject", "abroad", "refused", 2),
                counts("2026-11-01T00:04Z", "city/none", "s3:GetObject", "allowed", 1),
                counts("2026-11-20T00:02Z", "city/p", "s3:GetObject", "allowed", 1));
        assertEquals(
                List.of(Drift.What.ACTION_NOT_DECLARED, Drift.What.ZONE_NOT_DECLARED),
                drifts("city/p"));
        assertEquals(List.of(Drift.What.NEVER_STATED), drifts("city/none"));
        read(counts("2026-11-20T00:03Z", "city/p", "s3:GetObject", "allowed", 9));
        assertEquals(
                new Drift(Drift.What.USED_AFTER_EXPIRY, "", 9, 7, 7),
                seen("city/p").drifts().getFirst());
        read(
                entry(
                        "{'facts':{'purpose':'city/p'},'kind':'purpose.withdrawn','minute':'2026-11-21T00:00Z'}"),
                counts("2026-11-21T00:02Z", "city/p", "s3:GetObject", "allowed", 1));
        assertFalse(drifts("city/p").contains(Drift.What.USED_AFTER_WITHDRAWAL));
        read(counts("2026-11-21T00:03Z", "city/p", "s3:GetObject", "allowed", 1));
        assertTrue(drifts("city/p").contains(Drift.What.USED_AFTER_WITHDRAWAL));
    }

    /** A count is written up to a minute after its uses: around a change both forms hold. */
    @Test
    void aroundAChangeBothFormsHold() {
        read(
                entry(
                        "{'facts':{'zone':'home'},'kind':'zone.created','minute':'2026-11-01T00:00Z'}"),
                created("2026-11-01T00:00Z", "city/p", "s3:Put*", "never"),
                created("2026-11-02T00:00Z", "city/p", "s3:Get*", "never"),
                counts("2026-11-02T00:01Z", "city/p", "s3:PutObject", "allowed", 1),
                counts("2026-11-02T00:02Z", "city/p", "s3:GetObject", "allowed", 1));
        assertEquals(List.of(), drifts("city/p"));
        read(counts("2026-11-02T00:03Z", "city/p", "s3:PutObject", "allowed", 1));
        assertEquals(List.of(Drift.What.ACTION_NOT_DECLARED), drifts("city/p"));
    }

    @Test
    void refusalsThatRiseAreDrift() {
        for (int day = 10; day < 20; day++) {
            read(counts("2026-11-" + day + "T10:00Z", "city/p", "s3:GetObject", "refused", 10));
        }
        assertEquals(List.of(), drifts("city/p"));
        read(counts("2026-11-20T10:00Z", "city/p", "s3:GetObject", "refused", 21));
        assertEquals(List.of(Drift.What.REFUSALS_RISE), drifts("city/p"));
        read(counts("2026-11-21T10:00Z", "city/q", "s3:GetObject", "refused", 9));
        assertEquals(List.of(), drifts("city/q"));
    }

    @Test
    void oldDaysStayInSum() {
        java.time.LocalDate day = java.time.LocalDate.parse("2024-01-01");
        for (int i = 0; i < Observed.DAYS + 5; i++) {
            read(counts(day.plusDays(i) + "T10:00Z", "city/p", "s3:GetObject", "allowed", 1));
        }
        assertEquals(Observed.DAYS, seen("city/p").days().size());
        assertEquals(5L, seen("city/p").older().values().stream().mapToLong(Long::longValue).sum());
        assertEquals(List.of(), observed.sources("city/p", "2024-01-01"));
    }

    /** What is no entry of ours is passed over, and the next one is still the next. */
    @Test
    void damageIsPassedOver() {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        System.out.println("seed " + seed + " (replay with -Ddomicile.seed=" + seed + ")");
        Random random = new Random(seed);
        byte[] good = counts("2026-11-01T00:02Z", "city/p", "s3:GetObject", "allowed", 3);
        for (int i = 0; i < 5_000; i++) {
            byte[] bad = good.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            observed.read(bad);
        }
        assertEquals(5_000, observed.next());
    }

    // ---- the report ----

    private static List<byte[]> log() {
        List<byte[]> log = new ArrayList<>();
        log.add(
                entry(
                        "{'facts':{'zone':'home'},'kind':'zone.created','minute':'2026-10-01T00:00Z'}"));
        log.add(created("2026-10-01T00:00Z", "city/p", "s3:Get*", "2027-01-01T00:00:00Z"));
        log.add(counts("2026-10-31T23:59Z", "city/p", "s3:GetObject", "allowed", 100));
        log.add(counts("2026-11-01T00:02Z", "city/p", "s3:GetObject", "allowed", 3));
        log.add(checkpoints("2026-11-05T00:01Z"));
        log.add(counts("2026-11-30T23:59Z", "city/p", "s3:PutObject", "allowed", 4));
        log.add(checkpoints("2026-12-01T00:00Z"));
        log.add(counts("2026-12-01T00:01Z", "city/p", "s3:GetObject", "allowed", 1_000));
        return log;
    }

    private static Report report(List<byte[]> log) {
        Report report = new Report("city.example/ledger/public", YearMonth.parse("2026-11"));
        for (byte[] entry : log) {
            if (!report.read(entry)) {
                break;
            }
        }
        return report;
    }

    @Test
    void aLaterCopyGivesTheSameBytes() {
        Report one = report(log().subList(0, 7));
        Report other = report(log());
        assertEquals(one.markdown(), other.markdown());
        assertEquals(one.json(), other.json());
        assertEquals(6, other.size());
        String text = other.markdown();
        assertTrue(
                text.contains("| city/p | trial | registered | 2027-01-01T00:00:00Z | 7 | 0 | 1 |"),
                text);
        assertTrue(text.contains("Added up from 2 entries, 3 to 5."), text);
        assertTrue(text.contains("Drift: action-not-declared s3:PutObject"), text);
        assertTrue(text.contains("The month is over"), text);
        assertTrue(other.json().contains("\"allowed\":7"), other.json());
        assertTrue(report(log().subList(0, 5)).markdown().contains("is not over"));
    }

    /** RFC 6962's own examples are of these leaves; the roots are those of its implementations. */
    @Test
    void theRootIsThatOfRfc6962() {
        TreeRoot tree = new TreeRoot();
        assertEquals("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", tree.root());
        tree.add(new byte[0]);
        assertEquals("bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=", tree.root());
        tree.add(new byte[] {0});
        assertEquals("+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU=", tree.root());
    }

    @Test
    void whatMarkdownWouldUnderstandIsEscaped() {
        List<byte[]> log = new ArrayList<>();
        log.add(
                entry(
                        "{'facts':{'x':'<script>|`*[a](b)'},'kind':'note','minute':'2026-11-01T00:00Z'}"));
        String text = report(log).markdown();
        assertFalse(text.contains("<script>"), text);
        assertTrue(text.contains("\\|"), text);
    }
}
