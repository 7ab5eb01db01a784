package org.domicile.launcher;

import static org.domicile.launcher.DataPathWorld.everything;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.domicile.guard.Administration;
import org.domicile.guard.GuardedObjects;
import org.domicile.guard.GuardedPeople;
import org.domicile.launcher.DataPaths.Line;
import org.domicile.launcher.EveryDoor.Place;
import org.domicile.launcher.EveryDoor.Reply;
import org.domicile.ledger.Ledger;
import org.domicile.people.Rule;
import org.domicile.policy.Policy;
import org.domicile.request.Caller;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whom the tag of an object names, every operation on the object concerns, whichever way. */
@Timeout(120)
class DataPathSubjectsTest {
    private static final String WHO = "p-7";
    private static final Map<String, String> TAGS = Map.of("subject", WHO);
    private static final Ledger.Span ALL = new Ledger.Span(Instant.EPOCH, Long.MAX_VALUE, 10_000);

    /** Objects and uploads that come without the tag. */
    private static final Set<String> WITHOUT =
            Set.of(
                    "PUT_OBJECT",
                    "CREATE_MULTIPART_UPLOAD",
                    "UPLOAD_PART",
                    "LIST_PARTS",
                    "COMPLETE_MULTIPART_UPLOAD",
                    "ABORT_MULTIPART_UPLOAD");

    @TempDir private Path folder;

    @Test
    void everyOperationOnAnObjectConcernsWhomItsTagNames() throws IOException {
        try (EveryDoor doors = new EveryDoor(folder)) {
            Administration.Issued city = doors.installation.tenant("city");
            Map<String, String> words = everything(doors, city);
            for (String bucket : List.of("archive", "archive-kept")) {
                doors.installation
                        .admin()
                        .people()
                        .createRule(bucket, "", new Rule.Where.InTag("subject"));
            }
            List<String> missing = new ArrayList<>();
            int shown = 0;
            for (Line line : DataPaths.lines()) {
                if (concerns(line)) {
                    tag(doors, city);
                    int before = told(doors);
                    Reply reply = doors.ask(line, Place.HOME, Optional.of(city), words);
                    assertTrue(reply.done(), () -> line + ": " + reply);
                    shown++;
                    if (told(doors) == before) {
                        missing.add(line.name());
                    }
                }
            }
            assertEquals(List.of(), missing);
            assertTrue(shown >= 15, "which operations are on objects?");
        }
    }

    private static boolean concerns(Line line) {
        boolean object =
                line.target().matches("/\\{(bucket|kept)\\}/[^?]+.*")
                        || line.operation().equals("DELETE_OBJECTS");
        return line.door().equals("s3") && object && !WITHOUT.contains(line.operation());
    }

    /** All objects that lines ask for, while they are there. */
    private static void tag(EveryDoor doors, Administration.Issued city) {
        GuardedObjects objects = doors.installation.as(city);
        for (String name : List.of("raw/n", "one", "two")) {
            objects.tag("archive", name, Optional.empty(), TAGS);
        }
        objects.tag("archive-kept", "n", Optional.empty(), TAGS);
    }

    /** How many uses of objects concern her. */
    private static int told(EveryDoor doors) {
        GuardedPeople people = doors.installation.admin().people();
        String code = people.issueCode("city", WHO, Duration.ofMinutes(5)).code();
        Caller.Program person = new Caller.Program("system:person", Policy.ADMINISTRATION);
        return (int)
                doors
                        .installation
                        .guard()
                        .people(doors.installation.request(person))
                        .own(code, ALL)
                        .orElseThrow()
                        .uses()
                        .stream()
                        .filter(use -> use.concern().action().startsWith("s3:"))
                        .count();
    }
}
