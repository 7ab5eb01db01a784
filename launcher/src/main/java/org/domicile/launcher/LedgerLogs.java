package org.domicile.launcher;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.domicile.admin.Logs;
import org.domicile.ledger.Ledger;

/** The ledger's public facts, for the admin door. */
record LedgerLogs(Ledger ledger) implements Logs {
    @Override
    public List<String> names() {
        return ledger.logs();
    }

    @Override
    public Path folder(String log) {
        return ledger.folder(log);
    }

    @Override
    public List<String> keys(String log) {
        return ledger.verifierKeys(log);
    }

    @Override
    public OptionalLong place(String log, long number) {
        return ledger.place(log, number);
    }

    @Override
    public String prove(String log, long index) {
        return ledger.prove(log, index);
    }
}
