package org.domicile.launcher;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What lies in a folder, and the key that each file gets: its path below the folder, byte for byte,
 * with {@code /} between.
 *
 * @param files that can be copied
 * @param failed what cannot, and why
 * @param links symbolic links, which are not followed
 * @param others sockets, devices and the like
 */
record LocalFiles(List<Found> files, List<Failed> failed, long links, long others) {
    private static final int LONGEST_KEY = 1_024;

    /**
     * @param file where @param key its object's name @param size bytes when it was found
     */
    record Found(Path file, String key, long size) {}

    /**
     * @param what a path, for people @param why a sentence
     */
    record Failed(String what, String why) {}

    long bytes() {
        return files.stream().mapToLong(Found::size).sum();
    }

    /** Walks the folder; {@code prefix} is put before each name. */
    static LocalFiles in(Path folder, String prefix) {
        Walk walk = new Walk(folder, prefix);
        try {
            Files.walkFileTree(folder, walk);
        } catch (IOException e) {
            throw new Problem("cannot read " + folder + ": " + e.getMessage());
        }
        return new LocalFiles(walk.files, walk.failed, walk.links, walk.others);
    }

    private static final class Walk extends SimpleFileVisitor<Path> {
        private final Path folder;
        private final String prefix;
        private final int above;
        final List<Found> files = new ArrayList<>();
        final List<Failed> failed = new ArrayList<>();
        long links;
        long others;

        Walk(Path folder, String prefix) {
            this.folder = folder;
            this.prefix = prefix;
            // a folder's URI ends in a slash, and so does the part of a file's before its name
            String root = folder.toUri().getRawPath();
            this.above = bytes(root.endsWith("/") ? root : root + "/").length;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isSymbolicLink()) {
                links++;
            } else if (!attributes.isRegularFile()) {
                others++;
            } else {
                regular(file, attributes.size());
            }
            return FileVisitResult.CONTINUE;
        }

        private void regular(Path file, long size) {
            byte[] whole = bytes(file.toUri().getRawPath());
            String name;
            try {
                name =
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .decode(ByteBuffer.wrap(whole, above, whole.length - above))
                                .toString();
            } catch (CharacterCodingException e) {
                fail(file, "its name is not UTF-8, and an object's name must be; rename it");
                return;
            }
            String key = prefix + name;
            if (key.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY) {
                fail(file, "its name with the prefix is longer than 1,024 bytes");
            } else {
                files.add(new Found(file, key, size));
            }
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException why) {
            fail(file, said(why));
            return FileVisitResult.CONTINUE;
        }

        private void fail(Path file, String why) {
            failed.add(new Failed(folder.relativize(file).toString(), why));
        }

        /**
         * A path's own bytes: its URI has them percent-encoded, while its text is what the
         * process's locale makes of them.
         */
        private static byte[] bytes(String raw) {
            byte[] encoded = raw.getBytes(StandardCharsets.US_ASCII);
            byte[] plain = new byte[encoded.length];
            int length = 0;
            for (int i = 0; i < encoded.length; i++) {
                if (encoded[i] == '%') {
                    plain[length++] = (byte) HexFormat.fromHexDigits(raw, i + 1, i + 3);
                    i += 2;
                } else {
                    plain[length++] = encoded[i];
                }
            }
            return java.util.Arrays.copyOf(plain, length);
        }
    }

    /** Why a file could not be read, for people. */
    static String said(IOException why) {
        return switch (why) {
            case java.nio.file.AccessDeniedException _ -> "no permission to read it";
            case java.nio.file.NoSuchFileException _ -> "it is gone";
            default -> why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage();
        };
    }
}
