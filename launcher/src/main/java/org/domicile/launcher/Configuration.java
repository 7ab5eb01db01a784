package org.domicile.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The configuration as it was written: texts by key, each with where it stands, for sentences about
 * what is wrong with it.
 *
 * <p><b>File</b> (UTF-8): one {@code key = value} a line; blank lines and lines that begin with
 * {@code #} say nothing; no quotes, no escapes, no continuation. A key that stands twice, and a key
 * that is not known, refuse the start. Paths are relative to the file's folder; a leading {@code
 * ~/} is the home folder. {@code --set key=value} wins over the file; its paths are relative to the
 * folder where the command runs.
 */
final class Configuration {
    private static final long LARGEST_FILE = 1 << 20;

    /**
     * @param text the value @param where for example {@code cloud.conf line 7} @param base folder
     *     of relative paths
     */
    record Written(String text, String where, Path base) {}

    private final Map<Setting, Written> written = new EnumMap<>(Setting.class);

    /** Reads a file's lines. */
    Configuration file(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        List<String> lines;
        try {
            if (Files.size(absolute) > LARGEST_FILE) {
                throw new Problem("the configuration " + absolute + " is larger than 1 MiB");
            }
            lines = Files.readAllLines(absolute);
        } catch (IOException e) {
            throw new Problem("the configuration " + absolute + " cannot be read: " + said(e));
        }
        Path parent = absolute.getParent();
        Path base = parent == null ? absolute : parent;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String where = absolute.getFileName() + " line " + (i + 1);
            Setting setting = setting(line, where);
            Written before = written.get(setting);
            if (before != null) {
                throw new Problem(
                        "%s: %s stands already in %s"
                                .formatted(where, setting.key(), before.where()));
            }
            add(setting, line, where, base);
        }
        return this;
    }

    /** Takes one {@code key=value} of the command line. */
    Configuration set(String assignment) {
        add(setting(assignment, "--set"), assignment, "--set", Path.of("").toAbsolutePath());
        return this;
    }

    private void add(Setting setting, String line, String where, Path base) {
        String value = line.substring(line.indexOf('=') + 1).strip();
        written.put(setting, new Written(value, where, base));
    }

    private static Setting setting(String line, String where) {
        int equals = line.indexOf('=');
        if (equals < 0) {
            throw new Problem(
                    "%s: '%s' is no setting; write it as key = value".formatted(where, line));
        }
        String key = line.substring(0, equals).strip();
        return Setting.of(key)
                .orElseThrow(() ->
                        new Problem(
                                "%s: there is no setting %s; did you mean %s?"
                                        .formatted(where, key, Setting.nearest(key).key())));
    }

    /** Whether somebody wrote it. */
    boolean isWritten(Setting setting) {
        return written.containsKey(setting);
    }

    /** What was written, or the default. */
    Written written(Setting setting) {
        Written found = written.get(setting);
        return found != null
                ? found
                : new Written(setting.standard(), "the default", Path.of("").toAbsolutePath());
    }

    private static String said(IOException e) {
        return e instanceof java.nio.file.NoSuchFileException ? "it is not there" : e.toString();
    }
}
