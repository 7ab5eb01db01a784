package org.domicile.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Everything that doors can be asked, found in the modules under {@code doors/} themselves: nobody
 * has to name a door here, so none can be forgotten. A module says its closed set as
 *
 * <ul>
 *   <li>an enum {@code Operation}, or one whose name ends so or in {@code Action}, which is then a
 *       door of the name before ({@code StsAction}: {@code sts}); where it has a method {@code
 *       served}, those of which it is true
 *   <li>a sealed type {@code Wanted}: its cases
 *   <li>{@code PATHS} of a class {@code …Page}, which it serves beside
 *   <li>where it has none of these, {@code PATHS} of its class {@code …Door}
 * </ul>
 *
 * <p>A module that says none fails, unless it stands in {@link #ASKED_NOTHING} with the reason.
 */
final class ServedDoors {
    private static final Map<String, String> ASKED_NOTHING =
            Map.of(
                    "http", "it carries the others",
                    "moving", "it asks others; what operators ask of it, the admin door serves");

    private static final String SOURCES = "src/main/java";
    private static final String OPERATION = "Operation";
    private static final String ACTION = "Action";
    private static final String WANTED = "Wanted";
    private static final String PAGE = "Page";
    private static final String DOOR = "Door";
    private static final String PATHS = "PATHS";

    private ServedDoors() {}

    /** The folder {@code doors} of the tree that these tests are of. */
    static Path folder() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("doors"))
                    && Files.exists(at.resolve("launcher/pom.xml"))) {
                return at.resolve("doors");
            }
        }
        throw new AssertionError("the tests do not run within the source tree");
    }

    /** All operations, each after its door's name. */
    static Set<String> operations(Path doors) {
        Set<String> all = new LinkedHashSet<>();
        for (Path module : modules(doors)) {
            String name = String.valueOf(module.getFileName());
            Set<String> own = operationsOf(module, name);
            if (own.isEmpty() != ASKED_NOTHING.containsKey(name)) {
                throw new AssertionError(
                        own.isEmpty()
                                ? "the door "
                                        + name
                                        + " says nowhere what it can be asked: give it an enum"
                                        + " Operation, a sealed Wanted or PATHS, or say in"
                                        + " ServedDoors why nobody can ask it anything"
                                : "the door " + name + " is asked something after all: " + own);
            }
            all.addAll(own);
        }
        return all;
    }

    private static List<Path> modules(Path doors) {
        try (Stream<Path> all = Files.list(doors)) {
            return all.filter(each -> Files.isDirectory(each.resolve(SOURCES))).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> operationsOf(Path module, String name) {
        List<String> classes = classes(module.resolve(SOURCES));
        Set<String> found = new LinkedHashSet<>();
        for (String each : classes) {
            String simple = each.substring(each.lastIndexOf('.') + 1);
            if (simple.endsWith(OPERATION)) {
                constants(door(simple, OPERATION, name), each, found);
            } else if (simple.endsWith(ACTION)) {
                constants(door(simple, ACTION, name), each, found);
            } else if (simple.equals(WANTED)) {
                cases(name, each, found);
            } else if (simple.endsWith(PAGE)) {
                paths(name, each, found);
            }
        }
        if (found.isEmpty()) {
            classes.stream()
                    .filter(each -> each.endsWith(DOOR))
                    .forEach(each -> paths(name, each, found));
        }
        return found;
    }

    private static List<String> classes(Path sources) {
        try (Stream<Path> all = Files.walk(sources)) {
            return all.map(each -> sources.relativize(each).toString())
                    .filter(each -> each.endsWith(".java") && !each.endsWith("-info.java"))
                    .map(each ->
                            each.substring(0, each.length() - ".java".length()).replace('/', '.'))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String door(String simple, String suffix, String module) {
        String before = simple.substring(0, simple.length() - suffix.length());
        return before.isEmpty() ? module : before.toLowerCase(Locale.ROOT);
    }

    private static Class<?> named(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(
                    "the launcher does not know " + name + ": a door that it does not serve?", e);
        }
    }

    private static void constants(String door, String name, Set<String> found) {
        Object[] constants = named(name).getEnumConstants();
        if (constants != null) {
            Arrays.stream(constants)
                    .filter(ServedDoors::isServed)
                    .forEach(each -> found.add(door + " " + each));
        }
    }

    private static boolean isServed(Object operation) {
        try {
            Method served = operation.getClass().getDeclaredMethod("served");
            served.setAccessible(true);
            return (boolean) served.invoke(operation);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new AssertionError("is " + operation + " served?", e);
        }
    }

    private static void cases(String door, String name, Set<String> found) {
        Class<?>[] cases = named(name).getPermittedSubclasses();
        if (cases != null) {
            Arrays.stream(cases).forEach(each -> found.add(door + " " + each.getSimpleName()));
        }
    }

    private static void paths(String door, String name, Set<String> found) {
        try {
            Field paths = named(name).getDeclaredField(PATHS);
            paths.setAccessible(true);
            if (paths.get(null) instanceof List<?> all) {
                all.forEach(each -> found.add(door + " " + each));
            }
        } catch (NoSuchFieldException e) {
            // It says what it can be asked in another way, or not at all.
        } catch (IllegalAccessException e) {
            throw new AssertionError(name, e);
        }
    }
}
