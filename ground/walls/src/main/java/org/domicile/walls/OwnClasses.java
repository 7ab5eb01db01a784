package org.domicile.walls;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Where classes of this program's own class path lie, for children that run some of them; this
 * process loads none of them for that. A class is named by its file, as {@code
 * org/domicile/walls/Walls.class}.
 */
public final class OwnClasses {
    private OwnClasses() {}

    /** Whether there is one. */
    public static boolean present(String name) {
        return OwnClasses.class.getClassLoader().getResource(name) != null;
    }

    /**
     * The jar or folder that it lies in.
     *
     * @throws IllegalStateException when there is none
     */
    public static Path place(String name) {
        URL found = OwnClasses.class.getClassLoader().getResource(name);
        if (found == null) {
            throw new IllegalStateException(name + " is not on the class path");
        }
        try {
            URLConnection connection = found.openConnection();
            if (connection instanceof JarURLConnection jar) {
                return Path.of(jar.getJarFileURL().toURI());
            }
            Path place = Path.of(found.toURI());
            for (int i = 0; i < Path.of(name).getNameCount(); i++) {
                place = Objects.requireNonNull(place.getParent());
            }
            return place;
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("no place of " + found, e);
        }
    }

    /** Those of several, each once. */
    public static List<Path> places(List<String> names) {
        return names.stream().map(OwnClasses::place).distinct().toList();
    }
}
