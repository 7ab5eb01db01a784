package org.domicile.launcher;

import static org.domicile.launcher.DataPathWorld.MARKS;
import static org.domicile.launcher.DataPathWorld.purpose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.domicile.guard.Administration;
import org.domicile.launcher.DataPaths.Flow;
import org.domicile.launcher.DataPaths.Line;
import org.domicile.launcher.EveryDoor.Place;
import org.domicile.launcher.EveryDoor.Reply;
import org.domicile.policy.Marks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Labels on every path that copies: they travel, or nothing is made. */
@Timeout(120)
class DataPathLabelsTest {
    @TempDir private Path folder;

    /** A label of the source is on what was made from it, whichever way. */
    @Test
    void everyOperationThatCopiesKeepsLabels() throws IOException {
        try (EveryDoor doors = new EveryDoor(folder)) {
            Administration.Issued city = doors.installation.tenant("city");
            Administration admin = doors.installation.admin();
            admin.createBucket("city", "archive", List.of());
            admin.label("archive", "raw/", MARKS);
            admin.label("streams:city", "levels", MARKS);
            admin.label("streams:city", "telemetry", MARKS);
            int copies = 0;
            for (Line line : DataPaths.lines()) {
                if (line.flow() == Flow.COPIES) {
                    String made = "made/" + copies++;
                    Map<String, String> words = doors.prepare(city, "archive", made);
                    Set<String> before = doors.tableFiles();
                    carriedOut(doors, line, city, words);
                    if (line.door().equals("watches")) {
                        continue; // records have no labels: its target's has to say as much
                    }
                    Set<String> files = doors.tableFiles();
                    files.removeAll(before);
                    assertEquals(intoTable(line), !files.isEmpty(), line::toString);
                    for (String file : files) {
                        assertEquals(
                                MARKS,
                                admin.labelled(doors.warehouse(), file).carried(),
                                line::toString);
                    }
                    if (files.isEmpty()) {
                        assertEquals(
                                MARKS, admin.labelled("archive", made).carried(), line::toString);
                    }
                }
            }
            assertTrue(copies >= 3, "what copies?");
        }
    }

    /** Where the target would allow what the source prohibits, nothing is made. */
    @Test
    void noOperationThatCopiesBreaksALabel() throws IOException {
        try (EveryDoor doors = new EveryDoor(folder)) {
            Administration.Issued city = doors.installation.tenant("city");
            Administration admin = doors.installation.admin();
            admin.createBucket("city", "archive", List.of());
            admin.label("archive", "raw/", MARKS);
            admin.label("streams:city", "levels", MARKS);
            admin.createPurpose(
                    purpose("figures", List.of("home"), doors.installation).ofKind("statistics"));
            int copies = 0;
            for (Line line : DataPaths.lines()) {
                if (line.flow() == Flow.COPIES) {
                    String folder = "made-" + copies++ + "/";
                    Map<String, String> words = doors.prepare(city, "archive", folder + "n");
                    Marks only =
                            new Marks(
                                    List.of(),
                                    List.of(),
                                    List.of(List.of("city/figures", "city/tests")));
                    admin.label("archive", folder, only);
                    admin.label(doors.warehouse(), "", only);
                    Reply reply = doors.ask(line, Place.HOME, Optional.of(city), words);
                    assertEquals(403, reply.status(), () -> line + ": " + reply);
                }
            }
            assertTrue(copies >= 3, "what copies?");
        }
    }

    /** Whether rows come into a table, and no object is made. */
    private static boolean intoTable(Line line) {
        return line.door().equals("sql") && !line.operation().equals("COPY_TO");
    }

    /** The line, and for a part the rest of its upload. */
    private static void carriedOut(
            EveryDoor doors, Line line, Administration.Issued city, Map<String, String> words)
            throws IOException {
        Reply reply = doors.ask(line, Place.HOME, Optional.of(city), words);
        assertTrue(reply.done(), () -> line + " is not served: " + reply);
        if (line.target().contains("{upload}") && line.target().contains("partNumber")) {
            for (Line other : DataPaths.lines()) {
                if (other.operation().equals("COMPLETE_MULTIPART_UPLOAD")) {
                    carriedOut(doors, other, city, words);
                }
            }
        }
    }
}
