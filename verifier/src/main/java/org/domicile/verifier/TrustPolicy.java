package org.domicile.verifier;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which logs and which witnesses somebody trusts, and how many of these must have cosigned (C2SP
 * tlog-policy). Immutable.
 *
 * @param logs keys of logs; may be none
 * @param witnesses by name, in the order of the file
 * @param groups by name
 * @param quorum name of a witness or group; empty for {@code quorum none}
 */
public record TrustPolicy(
        List<VerifierKey> logs,
        Map<String, Witness> witnesses,
        Map<String, Group> groups,
        Optional<String> quorum) {
    private static final int MOST = 1_024;
    private static final int MAX_BYTES = 4 << 20;
    private static final String NONE = "none";

    /**
     * Somebody who cosigns.
     *
     * @param name in this policy only
     * @param url its submission prefix without a slash at the end; empty when the policy names none
     */
    public record Witness(String name, VerifierKey key, String url) {}

    /** So many of these names, each a witness or an earlier group. */
    public record Group(int threshold, List<String> members) {}

    /**
     * Parses a policy.
     *
     * @throws IllegalArgumentException with a sentence that names the line
     */
    public static TrustPolicy parse(byte[] file) {
        if (file.length > MAX_BYTES) {
            throw new IllegalArgumentException("a policy has at most 4 MiB");
        }
        return new Reading().read(file);
    }

    /** A policy that trusts these logs and asks for no witness. */
    public static TrustPolicy none() {
        return new TrustPolicy(List.of(), Map.of(), Map.of(), Optional.empty());
    }

    /** Whether these witnesses, by name, are enough. */
    public boolean isQuorum(Set<String> cosigned) {
        return quorum.map(name -> witnessed(name, cosigned)).orElse(true);
    }

    private boolean witnessed(String name, Set<String> cosigned) {
        Group group = groups.get(name);
        if (group == null) {
            return cosigned.contains(name);
        }
        return group.members().stream().filter(member -> witnessed(member, cosigned)).count()
                >= group.threshold();
    }

    /**
     * The witnesses that have cosigned a checkpoint.
     *
     * @throws Refused when a cosignature of one of them does not verify, or they are not enough
     */
    public Set<String> check(String where, Checkpoint checkpoint) throws Refused {
        Set<String> cosigned = new LinkedHashSet<>();
        for (Witness witness : witnesses.values()) {
            if (checkpoint.cosigned(where, witness.key()).isPresent()) {
                cosigned.add(witness.name());
            }
        }
        if (!isQuorum(cosigned)) {
            throw new Refused(
                    where,
                    "is cosigned by %s, which is not the quorum '%s' of the policy"
                            .formatted(
                                    cosigned.isEmpty()
                                            ? "none of the policy's witnesses"
                                            : String.join(" and ", cosigned),
                                    quorum.orElse(NONE)));
        }
        return cosigned;
    }

    /** Reads one file, line by line. */
    private static final class Reading {
        private final List<VerifierKey> logs = new ArrayList<>();
        private final Map<String, Witness> witnesses = new LinkedHashMap<>();
        private final Map<String, Group> groups = new LinkedHashMap<>();
        private final Set<String> members = new HashSet<>();
        private Optional<String> quorum = Optional.empty();
        private boolean hasQuorum;
        private int number;

        TrustPolicy read(byte[] file) {
            for (byte b : file) {
                if (b >= 0 && b < 0x20 && b != '\n' && b != '\t' || b == 0x7F) {
                    throw new IllegalArgumentException(
                            "a policy has no control characters but tab and newline");
                }
            }
            // Octets, not characters: each is one char, so names compare as the specification says.
            String text = new String(file, StandardCharsets.ISO_8859_1);
            if (!text.isEmpty() && !text.endsWith("\n")) {
                throw new IllegalArgumentException("the last line of a policy has no newline");
            }
            for (String line : text.split("\n", -1)) {
                number++;
                String stripped = line.replaceAll("^[ \t]+|[ \t]+$", "");
                if (!stripped.isEmpty() && !stripped.startsWith("#")) {
                    line(List.of(stripped.split("[ \t]+")));
                }
            }
            if (!hasQuorum) {
                throw new IllegalArgumentException(
                        "a policy has exactly one quorum line; 'quorum none' asks for nobody");
            }
            return new TrustPolicy(
                    List.copyOf(logs),
                    Collections.unmodifiableMap(witnesses),
                    Collections.unmodifiableMap(groups),
                    quorum);
        }

        private void line(List<String> words) {
            switch (words.getFirst()) {
                case "log" -> log(words);
                case "witness" -> witness(words);
                case "group" -> group(words);
                case "quorum" -> quorum(words);
                default ->
                        throw wrong(
                                "begins with none of log, witness, group, quorum: "
                                        + Note.cut(words.getFirst()));
            }
        }

        private void log(List<String> words) {
            if (words.size() < 2 || words.size() > 3) {
                throw wrong("reads: log VKEY [URL]");
            }
            VerifierKey key = key(words.get(1));
            if (key.algorithm() == VerifierKey.Algorithm.ED25519_COSIGNATURE) {
                throw wrong("names a log by a witness's key, " + key);
            }
            if (logs.stream().anyMatch(key::sameKey) || logs.size() == MOST) {
                throw wrong("names a log's key that stands in an earlier line");
            }
            logs.add(key);
        }

        private void witness(List<String> words) {
            if (words.size() < 3 || words.size() > 4) {
                throw wrong("reads: witness NAME VKEY [URL]");
            }
            VerifierKey key = key(words.get(2));
            if (!key.algorithm().cosigns()) {
                throw wrong("names a witness by a log's key, " + key);
            }
            if (witnesses.values().stream().anyMatch(other -> other.key().sameKey(key))) {
                throw wrong("names a witness's key that stands in an earlier line");
            }
            String name = fresh(words.get(1));
            String url = words.size() == 4 ? words.get(3).replaceAll("/+$", "") : "";
            witnesses.put(name, new Witness(name, key, url));
        }

        private void group(List<String> words) {
            if (words.size() < 4) {
                throw wrong("reads: group NAME all|any|K MEMBER...");
            }
            List<String> names = List.copyOf(words.subList(3, words.size()));
            for (String member : names) {
                if (!witnesses.containsKey(member) && !groups.containsKey(member)) {
                    throw wrong("names no earlier witness or group: " + Note.cut(member));
                }
                if (!members.add(member)) {
                    throw wrong("names %s, which is in a group already".formatted(member));
                }
            }
            int threshold =
                    switch (words.get(2)) {
                        case "all" -> names.size();
                        case "any" -> 1;
                        default -> (int) Math.min(MOST, Checkpoint.number(words.get(2)));
                    };
            if (threshold < 1 || threshold > names.size()) {
                throw wrong(
                        "asks for %s of %d; it takes all, any, or a number from 1 to %d"
                                .formatted(Note.cut(words.get(2)), names.size(), names.size()));
            }
            groups.put(fresh(words.get(1)), new Group(threshold, names));
        }

        private void quorum(List<String> words) {
            if (words.size() != 2 || hasQuorum) {
                throw wrong(hasQuorum ? "is a second quorum line" : "reads: quorum NAME|none");
            }
            hasQuorum = true;
            String name = words.get(1);
            if (name.equals(NONE)) {
                return;
            }
            if (!witnesses.containsKey(name) && !groups.containsKey(name)) {
                throw wrong("names no earlier witness or group: " + Note.cut(name));
            }
            quorum = Optional.of(name);
        }

        private String fresh(String name) {
            if (name.equals(NONE) || witnesses.containsKey(name) || groups.containsKey(name)) {
                throw wrong("gives the name %s, which is taken".formatted(Note.cut(name)));
            }
            if (witnesses.size() + groups.size() == MOST) {
                throw wrong("is one witness or group too many");
            }
            return name;
        }

        private VerifierKey key(String text) {
            try {
                // names of keys are UTF-8, which was read octet by octet
                return VerifierKey.parse(
                        new String(
                                text.getBytes(StandardCharsets.ISO_8859_1),
                                StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                throw wrong("has no good key: " + e.getMessage());
            }
        }

        private IllegalArgumentException wrong(String what) {
            return new IllegalArgumentException("line " + number + " of the policy " + what);
        }
    }
}
