package org.domicile.policy;

import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.cedar.CedarException;

/** The past as somebody was given it. What it gives is checked by its digest by whoever asks. */
final class Disclosed implements Past {
    private final Map<String, Evidence.OfRegister> registers = new HashMap<>();
    private final Map<String, Evidence.OfPolicies> policies = new HashMap<>();
    private final Map<String, String> documents = new HashMap<>();

    Disclosed(Collection<? extends Evidence> evidence) {
        for (Evidence each : evidence) {
            switch (each) {
                case Evidence.OfRegister register -> registers.put(each.digest(), register);
                case Evidence.OfPolicies set -> policies.put(each.digest(), set);
                case Evidence.OfDocument(String digest, String text) -> documents.put(digest, text);
            }
        }
    }

    @Override
    public Optional<Register> register(String digest) {
        return Optional.ofNullable(registers.get(digest)).map(Disclosed::put);
    }

    private static Register put(Evidence.OfRegister given) {
        List<History.Entry> entries = new ArrayList<>();
        for (Evidence.Kept each : given.records()) {
            if (!History.isRead(each.key())) {
                throw new IllegalArgumentException("what decisions do not read is no part of it");
            }
            entries.add(new History.Entry(each.key(), each.value()));
        }
        try {
            return StoredPolicy.register(entries);
        } catch (StorageFailure | DateTimeException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    @Override
    public Optional<String> document(String digest) {
        return Optional.ofNullable(documents.get(digest));
    }

    @Override
    public Optional<DecidingSet> set(String digest) {
        Evidence.OfPolicies given = policies.get(digest);
        try {
            return given == null
                    ? Optional.empty()
                    : Optional.of(DecidingSet.of(given.schema(), given.program(), given.own()));
        } catch (CedarException e) {
            throw new IllegalArgumentException("its policies do not parse: " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<String> bucketPolicy(String digest) {
        return document(digest);
    }
}
