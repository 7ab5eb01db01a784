package org.domicile.streams;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The volume that a folder lies on, as Linux tells it: {@code /proc/self/mountinfo} (proc(5)) and
 * {@code /sys/dev/block} (a device that is mapped has {@code dm/uuid}, which begins with {@code
 * CRYPT-} for dm-crypt and LUKS, and {@code slaves}, the devices below it).
 *
 * @param encryption what it is
 * @param how for people: by what, or on what
 */
public record Volume(Encryption encryption, String how) {
    private static final Set<String> ENCRYPTING =
            Set.of("ecryptfs", "fuse.cryfs", "fuse.encfs", "fuse.gocryptfs", "fuse.securefs");

    private static final int DEEPEST = 16;

    /** Whether what lies on it is encrypted. */
    public enum Encryption {
        /** The system says so. */
        SEEN,
        /** The operator says so. */
        STATED,
        /** Nobody does. */
        NONE
    }

    /** Whether it may hold what is about people. */
    public boolean encrypts() {
        return encryption != Encryption.NONE;
    }

    /** The volume of a folder, which need not be there yet. */
    static Volume of(Path folder) {
        Path there = folder.toAbsolutePath().normalize();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        try {
            return of(Path.of("/"), there.toRealPath());
        } catch (IOException e) {
            return new Volume(Encryption.NONE, "unknown: " + e.getMessage());
        }
    }

    /**
     * @param root where {@code proc} and {@code sys} are
     */
    static Volume of(Path root, Path folder) {
        try {
            Mount found = new Mount("", "/", "", "");
            for (Mount each : mounts(root)) {
                // the last one that is mounted at a place hides those before it
                if (folder.startsWith(each.at()) && each.at().length() >= found.at().length()) {
                    found = each;
                }
            }
            if (ENCRYPTING.contains(found.type())) {
                return new Volume(Encryption.SEEN, found.type());
            }
            Path device = root.resolve("sys/dev/block").resolve(found.device());
            return !found.device().isEmpty() && Files.exists(device) && isMapped(device, 0)
                    ? new Volume(Encryption.SEEN, "dm-crypt, " + found.source())
                    : new Volume(Encryption.NONE, found.type() + " on " + found.source());
        } catch (IOException e) {
            return new Volume(Encryption.NONE, "unknown: " + e.getMessage());
        }
    }

    /**
     * @param device major:minor @param at where it is mounted
     */
    private record Mount(String device, String at, String type, String source) {}

    private static List<Mount> mounts(Path root) throws IOException {
        List<Mount> mounts = new ArrayList<>();
        for (String line : Files.readAllLines(root.resolve("proc/self/mountinfo"))) {
            String[] words = line.split(" ", -1);
            int dash = List.of(words).indexOf("-");
            if (dash >= 6 && words.length > dash + 2) {
                mounts.add(new Mount(words[2], plain(words[4]), words[dash + 1], words[dash + 2]));
            }
        }
        return mounts;
    }

    /** Spaces and others stand as octal numbers. */
    private static String plain(String text) {
        return text.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\");
    }

    /** Whether it is encrypted, or all that it lies on is. */
    private static boolean isMapped(Path device, int depth) throws IOException {
        Path uuid = device.resolve("dm/uuid");
        if (Files.exists(uuid) && Files.readString(uuid).startsWith("CRYPT-")) {
            return true;
        }
        Path slaves = device.resolve("slaves");
        if (depth == DEEPEST || !Files.isDirectory(slaves)) {
            return false;
        }
        try (Stream<Path> all = Files.list(slaves)) {
            List<Path> below = all.toList();
            for (Path each : below) {
                if (!isMapped(each.toRealPath(), depth + 1)) {
                    return false;
                }
            }
            return !below.isEmpty();
        }
    }
}
