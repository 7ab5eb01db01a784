package org.domicile.backup;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.bytes.StorageFailure;

/** An entry of a list; the package's page has the form. */
sealed interface Item {
    /** Name in its directory. */
    String name();

    /** SHA-256 of its content or of its list. */
    String hash();

    /**
     * A file.
     *
     * @param time last written, in nanoseconds since 1970; 0 when that says nothing
     */
    record File(String name, String hash, long size, long time) implements Item {}

    /** A directory. */
    record Directory(String name, String hash) implements Item {}

    Pattern FILE = Pattern.compile("f ([0-9a-f]{64}) (\\d{1,18}) ([0-8]?\\d{1,18}) (\\P{Cntrl}+)");
    Pattern DIRECTORY = Pattern.compile("d ([0-9a-f]{64}) (\\P{Cntrl}+)");

    /** Whether a list can hold the name, and a restore can make it where it belongs. */
    static boolean isName(String name) {
        return name.matches("\\P{Cntrl}+")
                && name.indexOf('/') < 0
                && !name.equals(".")
                && !name.equals("..");
    }

    /** A list's bytes. */
    static byte[] format(List<Item> items) {
        StringBuilder text = new StringBuilder();
        for (Item item : items) {
            text.append(line(item)).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** An entry's line. */
    static String line(Item item) {
        return switch (item) {
            case File(String name, String hash, long size, long time) ->
                    "f %s %d %d %s".formatted(hash, size, time, name);
            case Directory(String name, String hash) -> "d %s %s".formatted(hash, name);
        };
    }

    /**
     * Reads a list.
     *
     * @throws StorageFailure CORRUPT when it is none
     */
    static List<Item> parse(byte[] list) {
        List<Item> items = new ArrayList<>();
        String text = new String(list, StandardCharsets.UTF_8);
        for (String line : text.isEmpty() ? new String[0] : text.split("\n", 0)) {
            Matcher file = FILE.matcher(line);
            Matcher directory = DIRECTORY.matcher(line);
            Item item;
            if (file.matches()) {
                item =
                        new File(
                                file.group(4),
                                file.group(1),
                                Long.parseLong(file.group(2)),
                                Long.parseLong(file.group(3)));
            } else if (directory.matches()) {
                item = new Directory(directory.group(2), directory.group(1));
            } else {
                throw new StorageFailure(
                        StorageFailure.Kind.CORRUPT, "a list of the backup is not one: " + line);
            }
            if (!isName(item.name())) {
                throw new StorageFailure(
                        StorageFailure.Kind.CORRUPT,
                        "a list of the backup has the name " + item.name());
            }
            items.add(item);
        }
        return items;
    }
}
