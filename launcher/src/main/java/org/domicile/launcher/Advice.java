package org.domicile.launcher;

import org.domicile.admin.Checking.Wrong;
import org.domicile.objects.Finding;

/** What a finding means for the one who runs the server. */
final class Advice {
    private Advice() {}

    static Wrong on(Finding finding) {
        return new Wrong(
                finding.kind().word(),
                finding.bucket(),
                finding.key(),
                finding.version(),
                finding.what(),
                next(finding.kind()));
    }

    static String next(Finding.Kind kind) {
        return switch (kind) {
            case DAMAGED_BODY, MISSING_BODY ->
                    "reading it is refused: put it back from a backup or from its source, or delete"
                            + " this version; then look at the disk (dmesg, smartctl)";
            case SHARED_BODY ->
                    "copy each of them to another name, then delete these; report it, with the log";
            case ORPHAN_BODY -> "nothing is lost, it only takes room; report it, with the log";
            case UNREADABLE_RECORD ->
                    "what it was about is not served: restore the data folder from a backup, or put"
                            + " the object back from its source";
            case DANGLING_RECORD ->
                    "nothing that is listed is lost; report it, with the log, before you delete"
                            + " anything";
            case BROKEN_INDEX ->
                    "copy what it concerns to another place while it can be read, and report it,"
                            + " with the log; do not restart before that";
            case WRONG_COUNTER ->
                    "quotas are judged by it: stop the server and count anew with 'domicile check"
                            + " --recount'";
            case MISSING_KEY ->
                    "stop the server and look for a place of the key store that still has it"
                            + " (keys.places, backups); without it the data are lost";
        };
    }
}
