package org.domicile.policy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Lists that come with the program: lines of fields between tabs; a line after # is a comment. */
final class Published {
    private Published() {}

    static <T> List<T> lines(String resource, int fields, Function<List<String>, T> each) {
        List<T> made = new ArrayList<>();
        try (InputStream in = Published.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not in the jar");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String line : text.split("\n", -1)) {
                if (!line.isEmpty() && line.charAt(0) != '#') {
                    List<String> parts = List.of(line.split("\t", -1));
                    if (parts.size() != fields) {
                        throw new IllegalStateException(
                                resource + " has a line of " + parts.size() + " fields: " + line);
                    }
                    made.add(each.apply(parts));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the program's own jar cannot be read", e);
        }
        return List.copyOf(made);
    }
}
