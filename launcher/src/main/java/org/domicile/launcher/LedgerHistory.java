package org.domicile.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.domicile.bytes.Disk;
import org.domicile.keyspace.Keyspace;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.SignedMark;
import org.domicile.ledger.Statement;

/**
 * Under which name the logs go on. A data folder that is older than what was signed (its mark lies
 * beside the key store) is refused; or, when the operator says so, its logs get another name, so
 * that they contradict nothing, and the public log says when and why.
 *
 * @param places of the key store
 */
record LedgerHistory(Installation installation, Keyspace keyspace, List<Path> places, Disk disk) {
    /** The beginning of the logs' origins. */
    String origin(Settings settings) throws IOException {
        String wanted = settings.names().origin();
        String origin = installation.origin(wanted);
        long entries = keyspace.logs().size(Ledger.PUBLIC);
        long signed = mark(origin).highest();
        if (signed > entries && settings.witnessing().restored()) {
            installation.beginNewHistory(entries, signed);
            return installation.origin(wanted);
        }
        return origin;
    }

    SignedMark mark(String origin) throws IOException {
        return SignedMark.in(places, disk, origin + "/" + Ledger.PUBLIC);
    }

    /** Says in public that a new history has begun, if that was not said yet. */
    void tell(Ledger ledger) {
        installation
                .untoldHistory()
                .ifPresent(told -> {
                    ledger.state(
                            new Statement(
                                    "ledger.restored",
                                    Map.of(
                                            "former", told.get(0) + "/" + Ledger.PUBLIC,
                                            "entries", told.get(1),
                                            "signed", told.get(2)),
                                    Map.of()));
                    installation.historyIsTold();
                });
    }
}
