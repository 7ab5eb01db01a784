package org.domicile.launcher;

import static org.domicile.launcher.DataPathWorld.everything;
import static org.domicile.launcher.DataPathWorld.none;
import static org.domicile.launcher.DataPathWorld.stored;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.domicile.guard.Administration;
import org.domicile.keyspace.Transaction;
import org.domicile.launcher.DataPaths.Line;
import org.domicile.launcher.EveryDoor.Place;
import org.domicile.launcher.EveryDoor.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every operation of every door has its line in {@link DataPaths}, serves nothing without its
 * record, and is put on record as the line says.
 */
@Timeout(120)
class DataPathsTest {
    /** What of a contract is no path to data. */
    private static final Set<String> NO_PATH =
            Set.of(
                    "GuardedObjects.refuse", // puts on record what the door itself refused
                    "GuardedLogs.refuse",
                    "GuardedSessions.refuse",
                    "GuardedSessions.trusted", // these need an issuer: TokenLoginsTest
                    "GuardedSessions.assumeOnly",
                    "GuardedTables.refuse",
                    "GuardedTables.scan", // for queries
                    "GuardedStreams.settle", // brings the log to what is on record
                    "GuardedStreams.close",
                    "GuardedStreams.rest", // before that
                    "GuardedStreams.may", // told with a description
                    "GuardedStreams.troubles", // for the operator's status
                    "GuardedWatches.settle", // starts what is on record
                    "GuardedWatches.logins", // may do less than who made the watch
                    "GuardedWatches.close",
                    "Administration.refuse");

    private static final Set<String> ABSENT =
            Set.of("Day", "GET_BUCKET_REPLICATION", "GET_BUCKET_WEBSITE", "FETCH_TASKS");

    private static final String ALONE = "by a commit of its own";
    private static final String WITH_ITS_CHANGE = "in the commit of its change";

    @TempDir private Path folder;

    @Test
    void everyOperationOfEveryDoorHasItsLine() {
        Set<String> lines = new LinkedHashSet<>();
        for (Line line : DataPaths.lines()) {
            lines.add(line.name()); // two lines of one operation are two ways through it
        }
        Set<String> served = DataPaths.closed();
        List<String> wanted =
                served.stream()
                        .filter(each -> !lines.contains(each))
                        .map(each ->
                                each.replace(" ", " | ")
                                        + " | none, reads, writes or copies"
                                        + " | itself, commit or both | METHOD /target | body")
                        .toList();
        assertEquals(
                List.of(),
                wanted,
                "these are served: add their lines to TABLE in"
                        + " launcher/src/test/java/org/domicile/launcher/DataPaths.java, before"
                        + " what destroys; the comment there says what the columns mean");
        lines.removeAll(served);
        assertEquals(Set.of(), lines, "lines of what no door serves");
    }

    /** Story: a whole new door could have been forgotten, because doors were named by hand. */
    @Test
    void aDoorThatNobodyNamedIsFound() throws IOException {
        Path doors = folder.resolve("doors");
        Path fresh = doors.resolve("fresh/src/main/java/org/domicile");
        Files.createDirectories(fresh.resolve("tiles"));
        Files.createFile(fresh.resolve("tiles/package-info.java"));
        AssertionError silent =
                assertThrows(AssertionError.class, () -> ServedDoors.operations(doors));
        assertTrue(String.valueOf(silent.getMessage()).contains("the door fresh says nowhere"));
        Files.createFile(fresh.resolve("tiles/Wanted.java"));
        Set<String> found = ServedDoors.operations(doors);
        assertTrue(found.contains("fresh OfUseLog"), found::toString);
        Files.createDirectories(fresh.resolve("s3"));
        Files.createFile(fresh.resolve("s3/StsAction.java"));
        assertTrue(ServedDoors.operations(doors).contains("sts ASSUME_ROLE"));
        Files.createDirectories(fresh.resolve("nowhere"));
        Files.createFile(fresh.resolve("nowhere/Operation.java"));
        AssertionError unserved =
                assertThrows(AssertionError.class, () -> ServedDoors.operations(doors));
        assertTrue(String.valueOf(unserved.getMessage()).contains("does not serve"));
    }

    // ---- recording ----

    /**
     * With recording disabled nothing is served and nothing is changed; and then, on the same
     * installation, everything is, with exactly the records that the table says.
     */
    @Test
    void noPathServesWithoutItsRecord() throws IOException {
        try (EveryDoor doors = new EveryDoor(folder)) {
            Administration.Issued city = doors.installation.tenant("city");
            Map<String, String> words = everything(doors, city);
            doors.installation.keyspace().recordNothing();
            for (Line line : DataPaths.lines()) {
                Set<String> before = stored(doors);
                Reply reply = doors.ask(line, Place.HOME, Optional.of(city), words);
                switch (line.recording()) {
                    case ITSELF, COMMIT, BOTH -> {
                        assertTrue(
                                reply.status() >= 500 || none(line, reply),
                                () -> line + " is served without a record: " + reply);
                        assertFalse(reply.text().contains(EveryDoor.SECRET), line::toString);
                    }
                    case URGENT, NOBODY ->
                            assertTrue(reply.status() < 400 || absent(line, reply), line::toString);
                }
                unchanged(before, doors, line);
            }
            doors.installation.keyspace().heal();
            List<String> wrong = new ArrayList<>();
            for (Line line : DataPaths.lines()) {
                recorded(doors, line, city, words).ifPresent(wrong::add);
            }
            assertEquals(List.of(), wrong);
            // The register follows the public log by itself, at its own pace.
            for (int i = 0; i < 500 && !uncalled(doors).isEmpty(); i++) {
                LockSupport.parkNanos(20_000_000);
            }
            assertEquals(Set.of(), uncalled(doors), "no line reaches these: add one that does");
        }
    }

    /**
     * What a bucket never has, the page of a day without uses, and the second page of a small plan.
     */
    private static boolean absent(Line line, Reply reply) {
        return ABSENT.contains(line.operation()) && reply.status() == 404;
    }

    private static void unchanged(Set<String> before, EveryDoor doors, Line line) {
        Set<String> after = stored(doors);
        if (!after.equals(before)) {
            Set<String> gone = new TreeSet<>(before);
            gone.removeAll(after);
            after.removeAll(before);
            fail(line + " took away " + gone + " and left " + after);
        }
    }

    /** What is not as the line says. */
    private static Optional<String> recorded(
            EveryDoor doors, Line line, Administration.Issued city, Map<String, String> words)
            throws IOException {
        Set<String> shapes = ConcurrentHashMap.newKeySet();
        doors.installation
                .keyspace()
                .watch(transaction -> {
                    // minutes of streams end, and their records become rows, when it is time,
                    // whatever is asked
                    String thread = Thread.currentThread().getName();
                    if (!thread.equals("streams minutes") && !thread.startsWith("table")) {
                        shapes.add(shape(transaction));
                    }
                });
        Reply reply = doors.ask(line, Place.HOME, Optional.of(city), words);
        doors.installation.keyspace().watch(transaction -> {});
        Set<String> wanted =
                switch (line.recording()) {
                    case ITSELF, URGENT -> Set.of(ALONE);
                    case COMMIT -> Set.of(WITH_ITS_CHANGE);
                    case BOTH -> Set.of(ALONE, WITH_ITS_CHANGE);
                    case NOBODY -> Set.of();
                };
        if (!reply.done() && !absent(line, reply)) {
            return Optional.of(line + " is not served: " + reply);
        }
        if (!wanted.equals(shapes)) {
            return Optional.of(line + " is put on record " + shapes);
        }
        return wanted.isEmpty() == reply.use().isEmpty()
                ? Optional.empty()
                : Optional.of(line + " names the use '" + reply.use() + "'");
    }

    private static String shape(Transaction transaction) {
        return transaction.writes().isEmpty() ? ALONE : WITH_ITS_CHANGE;
    }

    private static Set<String> uncalled(EveryDoor doors) {
        Set<String> uncalled = new TreeSet<>();
        for (Class<?> contract : EveryDoor.CONTRACTS) {
            for (Method method : contract.getMethods()) {
                uncalled.add(contract.getSimpleName() + "." + method.getName());
            }
        }
        uncalled.removeAll(doors.called);
        uncalled.removeAll(NO_PATH);
        return uncalled;
    }
}
