package org.domicile.launcher;

import static org.domicile.launcher.DataPathWorld.credential;
import static org.domicile.launcher.DataPathWorld.everything;
import static org.domicile.launcher.DataPathWorld.none;
import static org.domicile.launcher.DataPathWorld.purpose;
import static org.domicile.launcher.DataPathWorld.stored;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.domicile.guard.Administration;
import org.domicile.launcher.DataPaths.Line;
import org.domicile.launcher.DataPaths.Recording;
import org.domicile.launcher.EveryDoor.Place;
import org.domicile.launcher.EveryDoor.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** No operation of any door without a valid purpose or across zones: a small model, all of it. */
@Timeout(120)
class DataPathPurposesTest {
    /** Forbidden, who are you, and (of codes that are none) too many. */
    private static final Set<Integer> REFUSED = Set.of(401, 403, 429);

    /** What is asked of the organisation itself, and of no place where data lie. */
    private static final Set<String> ITSELF =
            Set.of(
                    "GET_CONFIG",
                    "GET_TOKEN",
                    "LIST_STREAMS",
                    "GROUP",
                    "TRANSACTION",
                    "LIST_WATCHES",
                    "SHOW_WATCH",
                    "STOP_WATCH",
                    "LIST_SUBJECTS",
                    "SET_LEVEL",
                    "GET_LEVEL",
                    "UNSET_LEVEL");

    @TempDir private Path folder;

    /** A caller of the model. @param valid that its purpose is, where it is allowed at all */
    private record Caller(
            String name,
            Optional<Administration.Issued> issued,
            boolean valid,
            Set<String> zones) {}

    /**
     * A small model, all of it: who calls, for which purpose in which zones, from where, for data
     * in which zones; and each operation of each door. Whoever has no valid purpose, and whoever
     * would take data over a border, is refused on every path, and nothing changes.
     */
    @Test
    void noPathWithoutAValidPurposeOrAcrossZones() throws IOException {
        try (EveryDoor doors = new EveryDoor(folder)) {
            Administration.Issued city = doors.installation.tenant("city", "home", "abroad");
            Map<String, String> shared = everything(doors, city);
            Map<String, Map<String, String>> buckets = new HashMap<>();
            for (List<String> zones : List.of(List.of("home"), List.of("home", "abroad"))) {
                String name = String.join("-", zones);
                for (String each : List.of(name, name + "-empty", name + "-kept")) {
                    doors.installation.admin().createBucket("city", each, zones);
                }
                doors.keep(city, name + "-kept");
                Map<String, String> words = new HashMap<>(shared);
                words.putAll(doors.prepare(city, name, "whole"));
                buckets.put(name, words);
            }
            List<Caller> callers = callers(doors, city);
            Set<String> before = stored(doors);
            int refused = 0;
            int allowed = 0;
            for (Line line : DataPaths.lines()) {
                for (Asked asked : model(line, callers, buckets.values())) {
                    if (!asked.mayPass(line)) {
                        refused++;
                        refused(doors, line, asked);
                    } else if (harmless(line)) {
                        allowed++;
                        // it may find nothing, and is not refused
                        int status = asked.of(doors, line).status();
                        assertTrue(
                                status < 500 && !REFUSED.contains(status),
                                () -> line + " of " + asked + ": " + status);
                    }
                }
            }
            assertEquals(before, stored(doors), "what was refused changed something");
            assertTrue(refused > 500 && allowed > 50, refused + " and " + allowed);
        }
    }

    /** One point of the model. */
    private record Asked(Caller caller, Place place, Map<String, String> words) {
        Reply of(EveryDoor doors, Line line) throws IOException {
            return doors.ask(line, place, caller.issued(), words);
        }

        /** The rule, said once more and simply. */
        boolean mayPass(Line line) {
            String zone = place == Place.HOME ? "home" : "abroad";
            if (line.recording() == Recording.NOBODY) {
                return true;
            }
            if (!asksForCredential(line)) {
                // under the built-in purpose, whose zone is the installation's
                return caller.issued().isPresent() && zone.equals("home");
            }
            if (Set.of("iceberg", "ingest", "kafka", "registry", "watches").contains(line.door())) {
                // the warehouse and streams lie in the organisation's zone alone
                boolean itself = ITSELF.contains(line.operation());
                return caller.valid()
                        && caller.zones().contains(zone)
                        && (itself || (caller.zones().contains("home") && zone.equals("home")));
            }
            if (line.door().equals("sql") && tables(line) && !zone.equals("home")) {
                return false;
            }
            boolean data = (line.target() + line.body()).contains("{") || tables(line);
            List<String> bucket = List.of(words.getOrDefault("bucket", "").split("-", -1));
            return caller.valid()
                    && caller.zones().contains(zone)
                    && (!data || (caller.zones().contains("home") && bucket.contains(zone)));
        }

        /**
         * Whether it is SQL that asks for tables, of which one may lie beside a bucket's objects.
         */
        private static boolean tables(Line line) {
            return line.door().equals("sql")
                    && Pattern.compile("\\b(q|flights)\\.")
                            .matcher(line.body() + line.target())
                            .find();
        }

        @Override
        public String toString() {
            return caller.name() + " from " + place + " for " + words.get("bucket");
        }
    }

    /** All points that can make a difference to a line. */
    private static List<Asked> model(
            Line line, List<Caller> callers, Collection<Map<String, String>> buckets) {
        List<Asked> model = new ArrayList<>();
        for (Map<String, String> words : buckets) {
            for (Caller caller : asksForCredential(line) ? callers : callers.subList(0, 2)) {
                for (Place place : Place.values()) {
                    model.add(new Asked(caller, place, words));
                }
            }
            if (!asksForCredential(line)) {
                break;
            }
        }
        return model;
    }

    /** Other doors are for operators, for persons with a code, and for everybody. */
    private static boolean asksForCredential(Line line) {
        return Set.of("s3", "iceberg", "ingest", "kafka", "registry", "watches", "sql")
                        .contains(line.door())
                || line.operation().equals("OfUseLog");
    }

    private static void refused(EveryDoor doors, Line line, Asked asked) throws IOException {
        Reply reply = asked.of(doors, line);
        assertTrue(
                REFUSED.contains(reply.status()) || none(line, reply),
                () -> line + " of " + asked + ": " + reply);
        assertFalse(reply.text().contains(EveryDoor.SECRET), line::toString);
    }

    /** Can be allowed a hundred times, and changes nothing. */
    private static boolean harmless(Line line) {
        return asksForCredential(line)
                && line.recording() == Recording.ITSELF
                && !Set.of("GROUP", "TRANSACTION").contains(line.operation()); // names are taken
    }

    private static List<Caller> callers(EveryDoor doors, Administration.Issued city) {
        Administration admin = doors.installation.admin();
        List<Caller> callers = new ArrayList<>();
        callers.add(new Caller("a stranger", Optional.empty(), false, Set.of()));
        for (List<String> zones :
                List.of(List.of("home"), List.of("abroad"), List.of("home", "abroad"))) {
            String name = "in-" + String.join("-", zones);
            admin.createPurpose(purpose(name, zones, doors.installation));
            callers.add(
                    new Caller(
                            name,
                            Optional.of(credential(doors, city, "city/" + name)),
                            true,
                            Set.copyOf(zones)));
        }
        Set<String> everywhere = Set.of("home", "abroad");
        List<String> both = List.of("home", "abroad");
        admin.createPurpose(purpose("ended", both, doors.installation));
        callers.add(
                new Caller(
                        "a withdrawn purpose",
                        Optional.of(credential(doors, city, "city/ended")),
                        false,
                        everywhere));
        admin.withdrawPurpose("city/ended");
        Administration.Issued gone = credential(doors, city, "city/in-home-abroad");
        admin.withdrawCredential(gone.credential().accessKey());
        callers.add(new Caller("a withdrawn credential", Optional.of(gone), false, everywhere));
        return callers;
    }
}
