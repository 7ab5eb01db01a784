package org.domicile.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.domicile.bytes.Disk;
import org.domicile.keyspace.Keyspace;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.SignedMark;
import org.domicile.ledger.Statement;

/**
 * Under which name the logs go on. A data folder that is older than what was signed (its mark lies
 * beside the key store) is refused; or, when the operator says so, its logs get another name, so
 * that they contradict nothing, and the public log says when and why. A folder that was restored
 * from a backup always gets another name: nobody can know what was signed after the backup. Either
 * way its commits go on far ahead, so that version ids and ids of events are new, and what goes out
 * by itself waits ({@link Outward}).
 *
 * @param places of the key store
 */
record LedgerHistory(
        Installation installation, Keyspace keyspace, List<Path> places, Folder folder, Disk disk) {
    /** The beginning of the logs' origins. */
    String origin(Settings settings) throws IOException {
        String wanted = settings.names().origin();
        String origin = installation.origin(wanted);
        long entries = keyspace.logs().size(Ledger.PUBLIC);
        long signed = mark(origin).highest();
        Optional<Restored> restored = Restored.read(folder, disk);
        if (restored.isPresent()) {
            // Whatever the mark says: where the keys were lost too, it is an old copy itself.
            if (!installation.isBegun(restored.get())) {
                keyspace.leap(restored.get().leap());
                installation.beginNewHistory(entries, signed, restored.get());
            }
            return installation.origin(wanted);
        }
        if (signed > entries && settings.witnessing().restored()) {
            keyspace.leap(Restored.STEP);
            installation.beginNewHistory(entries, signed);
            return installation.origin(wanted);
        }
        return origin;
    }

    SignedMark mark(String origin) throws IOException {
        return SignedMark.in(places, disk, origin + "/" + Ledger.PUBLIC);
    }

    /** Says in public that a new history has begun, if that was not said yet. */
    void tell(Ledger ledger) throws IOException {
        Optional<List<String>> untold = installation.untoldHistory();
        if (untold.isPresent()) {
            List<String> told = untold.get();
            Map<String, String> facts = new TreeMap<>();
            facts.put("former", told.get(0) + "/" + Ledger.PUBLIC);
            facts.put("entries", told.get(1));
            facts.put("signed", told.get(2));
            if (told.size() > 3) {
                facts.put("snapshot", told.get(3));
            }
            ledger.state(new Statement("ledger.restored", facts, Map.of()));
            installation.historyIsTold();
        }
        Restored.forget(folder, disk);
    }
}
