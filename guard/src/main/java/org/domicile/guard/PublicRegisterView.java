package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.LogFile;
import org.domicile.policy.Policy;
import org.domicile.policy.Purpose;

/** The public side of policy and ledger. */
record PublicRegisterView(Policy policy, Ledger ledger) implements PublicRegister {
    @Override
    public List<Purpose> purposes() {
        return policy.register().purposes().values().stream()
                .sorted(Comparator.comparing(Purpose::id))
                .toList();
    }

    @Override
    public int sealedMax() {
        return policy.register().sealedMax();
    }

    @Override
    public Optional<byte[]> logFile(LogFile file) {
        return ledger.file(Ledger.PUBLIC, file);
    }

    @Override
    public Optional<String> proof(long index) {
        return index >= 0 && index < published()
                ? Optional.of(ledger.prove(Ledger.PUBLIC, index))
                : Optional.empty();
    }

    private long published() {
        return logFile(new LogFile.Checkpoint())
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8).split("\n", 3))
                .filter(lines -> lines.length == 3)
                .map(lines -> Long.parseLong(lines[1]))
                .orElse(0L);
    }
}
