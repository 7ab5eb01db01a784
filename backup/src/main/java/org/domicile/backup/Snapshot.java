package org.domicile.backup;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.bytes.StorageFailure;

/**
 * A finished backup.
 *
 * @param facts what was said when it was begun
 * @param tree SHA-256 of the list of its roots
 * @param size files and bytes of all of it, whether they were copied then or before
 */
public record Snapshot(Facts facts, String tree, Source.Size size) {
    private static final DateTimeFormatter ID =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final Pattern FORM =
            Pattern.compile(
                    """
                    (domicile backup 1
                    of (\\P{Cntrl}+)
                    taken (\\S+)
                    version (\\P{Cntrl}+)
                    entries (\\d{1,18})
                    tree ([0-9a-f]{64})
                    files (\\d{1,18})
                    bytes (\\d{1,18})
                    )sum ([0-9a-f]{64})
                    """);

    /**
     * What a snapshot is of.
     *
     * @param origin of the public log: what is copied changes its lineage when that changes
     * @param taken when, to the second
     * @param version of the program
     * @param entries of the public log that it holds at least
     */
    public record Facts(String origin, Instant taken, String version, long entries) {
        /** Times have seconds. */
        public Facts {
            taken = taken.truncatedTo(ChronoUnit.SECONDS);
        }
    }

    /** Its name. */
    public String id() {
        return id(facts.taken());
    }

    static String id(Instant taken) {
        return ID.format(taken);
    }

    static boolean isId(String name) {
        return name.matches("\\d{8}T\\d{6}Z");
    }

    byte[] format() {
        String text =
                """
                domicile backup 1
                of %s
                taken %s
                version %s
                entries %d
                tree %s
                files %d
                bytes %d
                """
                        .formatted(
                                facts.origin(),
                                facts.taken(),
                                facts.version(),
                                facts.entries(),
                                tree,
                                size.files(),
                                size.bytes());
        String sum = Repository.sha256(text.getBytes(StandardCharsets.UTF_8));
        return (text + "sum " + sum + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /**
     * @throws StorageFailure CORRUPT when it is none, or was changed
     */
    static Snapshot parse(String id, byte[] bytes) {
        Matcher form = FORM.matcher(new String(bytes, StandardCharsets.UTF_8));
        try {
            if (form.matches()
                    && Repository.sha256(form.group(1).getBytes(StandardCharsets.UTF_8))
                            .equals(form.group(9))) {
                return new Snapshot(
                        new Facts(
                                form.group(2),
                                Instant.parse(form.group(3)),
                                form.group(4),
                                Long.parseLong(form.group(5))),
                        form.group(6),
                        new Source.Size(
                                Long.parseLong(form.group(7)), Long.parseLong(form.group(8))));
            }
        } catch (DateTimeException e) {
            throw new StorageFailure(StorageFailure.Kind.CORRUPT, damaged(id), e);
        }
        throw new StorageFailure(StorageFailure.Kind.CORRUPT, damaged(id));
    }

    private static String damaged(String id) {
        return "the snapshot "
                + id
                + " is damaged: its sum is not that of what stands before it; use another";
    }
}
