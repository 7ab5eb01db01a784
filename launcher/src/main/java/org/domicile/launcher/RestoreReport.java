package org.domicile.launcher;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.backup.Snapshot;

/**
 * What a restore did, and what it could not know: all that happened after the backup.
 *
 * @param newer what was taken over from the folder that is replaced; empty where none was named
 */
record RestoreReport(Snapshot snapshot, Folder data, Optional<NewerFolder> newer) {
    void tell(Output output, CommonOptions common) {
        if (output.json()) {
            output.result(row(), "");
            return;
        }
        StringBuilder text = new StringBuilder();
        text.append(
                "restored %s into %s: %,d files, %s%n"
                        .formatted(
                                snapshot.id(),
                                data.path(),
                                snapshot.size().files(),
                                Times.size(snapshot.size().bytes())));
        newer.ifPresent(folder -> tell(text, folder));
        text.append("\nWhat happened after the backup is not known here:\n");
        unknown().forEach(each -> text.append("- ").append(each).append('\n'));
        text.append("\nNext: ").append(common.again("up"));
        output.result(Json.row(), text.toString());
    }

    private static void tell(StringBuilder text, NewerFolder folder) {
        text.append(
                "taken over from the newer folder: %,d later retentions or holds%s%n"
                        .formatted(
                                folder.locks().raised(),
                                folder.days().isEmpty()
                                        ? ""
                                        : ", longer retention of uses for " + folder.days()));
        if (folder.locks().missing() > 0) {
            text.append(
                    "%,d locked versions of the newer folder are not in the backup; bring them back by starting that folder and copying them:%n"
                            .formatted(folder.locks().missing()));
            folder.locks()
                    .named()
                    .forEach(name -> text.append("  ").append(Table.visible(name)).append('\n'));
        }
        folder.unread()
                .forEach(each ->
                        text.append(
                                "of the newer folder this cannot be read, and nothing of it is known: %s%n"
                                        .formatted(each)));
        if (!folder.since().isEmpty()) {
            text.append(
                    "its public log says since the backup (what ended there is in force again here,"
                            + " end it again):\n");
            folder.since().forEach(line -> text.append("  ").append(line).append('\n'));
        }
    }

    /** Sentences, each with what to do. */
    private List<String> unknown() {
        List<String> unknown = new ArrayList<>();
        unknown.add(
                "objects are as they were at "
                        + snapshot.facts().taken()
                        + ": what was stored since is not here, and what was deleted since, for"
                        + " people who asked for it too, is back: delete it again");
        unknown.add(
                "credentials, roles, purposes, labels and policies are as they were: what was"
                        + " withdrawn since is in force again. Before clients come, go through"
                        + " 'credential list', 'role list', 'purpose list' and 'policy list', and"
                        + (newer.isEmpty()
                                ? " withdraw what a copy of the public log (an auditor's, a"
                                        + " witness's, yours) says has ended"
                                : " withdraw what the lines above say has ended"));
        unknown.add(
                "events that wait may have been told since, and moves may have come further: no"
                        + " event is told and every move is stopped until you say 'resume' and"
                        + " 'move resume'; see that the folder that is replaced runs nowhere before"
                        + " you do");
        unknown.add(
                "settings of buckets are as they were: policies, ACLs, lifecycle rules (one that"
                    + " was taken away since ends objects again), default retentions; look at them"
                    + " before clients come");
        if (newer.filter(folder -> folder.unread().isEmpty()).isEmpty()) {
            unknown.add(
                    "retentions that were made longer since, and legal holds, are not known: where"
                            + " the folder that is replaced can still be read, restore again with"
                            + " --newer");
        }
        unknown.add(
                "keys that were destroyed since stay destroyed as long as keys.places holds today's"
                        + " key store: never put back an older copy of it");
        unknown.add(
                "uses since are in no log here. The logs go on under a new name; give outsiders the"
                        + " new verifier keys ('ledger key'), and keep the old logs' files if you"
                        + " can");
        SteadyClock.jump(Instant.now(), Optional.of(snapshot.facts().taken()))
                .ifPresent(far ->
                        unknown.add(
                                "retentions and lifecycle rules end by a clock that stands still"
                                        + " at the backup's time until you start once with --set"
                                        + " clock.jump=accept; see that the system's clock is right"
                                        + " before"));
        return unknown;
    }

    private Json.Row row() {
        Json.Row taken =
                newer.map(folder ->
                                Json.row(
                                        "locks",
                                        folder.locks().raised(),
                                        "missing",
                                        folder.locks().missing(),
                                        "missingNames",
                                        new ArrayList<Object>(folder.locks().named()),
                                        "retention",
                                        new ArrayList<Object>(folder.days().keySet()),
                                        "clock",
                                        folder.clock(),
                                        "since",
                                        new ArrayList<Object>(folder.since()),
                                        "unread",
                                        new ArrayList<Object>(folder.unread())))
                        .orElseGet(Json::row);
        return Json.row(
                "snapshot",
                snapshot.id(),
                "data",
                data.path(),
                "taken",
                snapshot.facts().taken(),
                "files",
                snapshot.size().files(),
                "bytes",
                snapshot.size().bytes(),
                "newer",
                taken,
                "unknown",
                new ArrayList<Object>(unknown()));
    }
}
