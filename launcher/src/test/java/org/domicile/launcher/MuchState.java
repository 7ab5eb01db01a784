package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * A watch that remembers much: it is kept, goes on in another worker, and is bounded. {@link
 * WatchCommandsTest} has it in its server, before and after a restart. How much fits into a worker
 * as it comes is {@code -Ddomicile.keys=200000}, which takes half a minute more.
 *
 * @param folder for what is published
 */
record MuchState(Rig rig, Path folder) {
    private static final int KEYS = Integer.getInteger("domicile.keys", 30_000);
    private static final int MORE = KEYS / 2;
    private static final int AT_ONCE = 100_000;
    private static final long MOST_OF_IT = KEYS * 40L; // bytes; a key takes 85, 46 once it is found

    /** Remembers each station. */
    private static final String FIRSTS =
            "select station, level from (select station, level, row_number() over (partition by"
                    + " station order by at) as place from \"much.levels\") where place = 1 and"
                    + " level > 400";

    /** Remembers nothing. */
    private static final String HIGH = "select station from \"much.levels\" where level = 401";

    private interface Line {
        String of(int number);
    }

    private void publish(int from, int to, Line line) throws IOException {
        for (int begin = from; begin < to; begin += AT_ONCE) {
            Path file = Files.createTempFile(folder, "readings", ".ndjson");
            try (BufferedWriter out = Files.newBufferedWriter(file)) {
                for (int i = begin; i < Math.min(to, begin + AT_ONCE); i++) {
                    out.write(line.of(i));
                    out.newLine();
                }
            }
            WatchCommandsTest.done(rig.run("stream", "publish", "much.levels", file.toString()));
            Files.delete(file);
        }
    }

    private static String reading(int station, int level, int second) {
        return "{\"station\":\"%s\",\"level\":%d,\"at\":\"2026-11-30T01:%02d:%02dZ\"}"
                .formatted(station(station), level, second / 60, second % 60);
    }

    private static String station(int number) {
        return "station-%07d".formatted(number);
    }

    private Json.Row await(String watch, Predicate<Json.Row> wanted) throws IOException {
        long end = System.nanoTime() + 180_000_000_000L;
        while (System.nanoTime() < end) {
            Json.Row now = rig.run("watch", "show", watch, "--json").rows().getFirst();
            if (wanted.test(now)) {
                return now;
            }
            LockSupport.parkNanos(200_000_000);
        }
        return fail("not so: " + rig.run("watch", "show", watch).out());
    }

    private List<String> stations(String stream, int count) throws IOException {
        return WatchCommandsTest.results(rig, stream, count, "240s").stream()
                .map(each -> each.row("value").text("station"))
                .toList();
    }

    /** Of each station the first reading. */
    void comesTogether() throws IOException {
        Path schema = Files.writeString(folder.resolve("levels.json"), WatchCommandsTest.SCHEMA);
        WatchCommandsTest.done(
                rig.run("stream", "create", "much.levels", "--schema", schema.toString()));
        WatchCommandsTest.done(rig.run("stream", "create", "much.firsts"));
        WatchCommandsTest.done(rig.run("stream", "create", "much.high"));
        WatchCommandsTest.done(rig.run("watch", "create", "firsts", FIRSTS, "--to", "much.firsts"));
        publish(0, KEYS, i -> reading(i, 12, 1));
        publish(KEYS, KEYS + 1, i -> reading(i, 500, 20)); // time goes on
        await("firsts", now -> Double.parseDouble(now.text("recordsPerSecond")) > 0);
        await(
                "firsts",
                now ->
                        now.text("state").equals("running")
                                && now.fields().containsKey("checkpointBytes")
                                && now.number("checkpointBytes") > MOST_OF_IT);
    }

    /** What is known is found no more, also by the next worker. */
    void isKnownAfterwards() throws IOException {
        publish(0, 1_000, i -> reading(i, 600, 30));
        publish(KEYS + 1, KEYS + 2, i -> reading(i, 700, 50));
        publish(KEYS + 2, KEYS + 3, i -> reading(i, 12, 90));
        assertEquals(List.of(station(KEYS), station(KEYS + 1)), stations("much.firsts", 2));
        assertTrue(
                rig.run("uses", "--json").out().contains("watching:Restore"),
                "on record as the program's own");
    }

    /** No room for what is large: that watch says so, and others go on. */
    void hasNoRoom() throws IOException {
        long kept = await("firsts", now -> true).number("checkpointBytes");
        String bytes = (kept >> 10) + KEYS / 120 + "KiB"; // what comes is twice as much, at least
        WatchCommandsTest.done(rig.run("organisation", "quota", "main", "--bytes", bytes));
        WatchCommandsTest.done(rig.run("watch", "create", "high", HIGH, "--to", "much.high"));
        publish(KEYS + 3, KEYS + MORE, i -> reading(i, 12, 100));
        Json.Row failing = await("firsts", now -> now.text("error").contains("there is no room"));
        assertEquals("failing", failing.text("state"));
        publish(KEYS, KEYS + 1, i -> reading(i, 401, 110));
        assertEquals(List.of(station(KEYS)), stations("much.high", 1));
        WatchCommandsTest.done(rig.run("organisation", "quota", "main", "--bytes", "1GiB"));
        await("firsts", now -> now.text("state").equals("running"));
        WatchCommandsTest.done(rig.run("watch", "stop", "firsts"));
        WatchCommandsTest.done(rig.run("watch", "stop", "high"));
    }
}
