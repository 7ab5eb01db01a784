package org.domicile.guard;

import java.util.List;
import java.util.Optional;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.LogFile;
import org.domicile.policy.Resource;
import org.domicile.request.Outcome;

/** The ledger's files under one request. Owned by the request's thread. */
final class LogsView implements GuardedLogs {
    private final Uses uses;
    private final Ledger ledger;

    LogsView(Uses uses, Ledger ledger) {
        this.uses = uses;
        this.ledger = ledger;
    }

    @Override
    public String use() {
        return uses.last();
    }

    @Override
    public List<PublicLog> publicLogs() {
        return List.of(new PublicLog(Ledger.PUBLIC, ledger.verifierKeys(Ledger.PUBLIC)));
    }

    @Override
    public Optional<byte[]> publicFile(LogFile file) {
        return ledger.file(Ledger.PUBLIC, file);
    }

    @Override
    public Optional<byte[]> useFile(String organisation, String node, LogFile file) {
        String log = Ledger.useLog(organisation, node);
        try (Admitted use = uses.admit(READ, new Resource.Own(organisation), log)) {
            Optional<byte[]> bytes = ledger.file(log, file);
            use.record(
                    bytes.isPresent() ? Outcome.DONE : Outcome.ABSENT,
                    bytes.map(found -> found.length).orElse(0));
            return bytes;
        }
    }

    @Override
    public void refuse(String organisation, String node, String reason) {
        uses.refused(READ, reason, Ledger.useLog(organisation, node));
    }
}
