package org.domicile.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The tree is the architecture: every class of every module, held against the rules. */
class ArchitectureTest {
    private static final String OURS = "org.domicile.";

    private static final Tree TREE = Tree.read();

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("org.domicile");

    private static final Map<String, Tree.Module> MODULES = modules();

    private static Map<String, Tree.Module> modules() {
        Map<String, Tree.Module> byName = new TreeMap<>();
        for (Tree.Module module : TREE.modules()) {
            byName.put(module.name(), module);
        }
        return byName;
    }

    @Test
    void everyModuleWithCodeWasScanned() {
        Set<String> scanned = new TreeSet<>();
        for (JavaClass scannedClass : CLASSES) {
            scanned.add(moduleOf(scannedClass));
        }
        List<String> missed = new ArrayList<>();
        int sources = 0;
        for (Tree.Module module : TREE.modules()) {
            int own = TREE.sources(module, "main", ".java").size();
            sources += own;
            if (own > 0 && !scanned.contains(module.name())) {
                missed.add("add domicile-" + module.name() + " to checks/pom.xml");
            }
        }
        assertEquals(List.of(), missed);
        assertTrue(
                CLASSES.size() >= sources,
                "scanned " + CLASSES.size() + " classes of " + sources + " source files");
    }

    @Test
    void aModuleIsOnePackageOfItsName() {
        Set<String> violations = new LinkedHashSet<>();
        for (JavaClass each : CLASSES) {
            String packageName = each.getPackageName();
            if (!MODULES.containsKey(packageName.substring(OURS.length()))) {
                violations.add(packageName + " is no module of the root pom");
            }
            String source = each.getSource().orElseThrow().getUri().toString();
            if (!source.contains("/" + moduleOf(each) + "/target/")) {
                violations.add(each.getName() + " does not come from its module: " + source);
            }
        }
        assertEquals(Set.of(), violations);
    }

    @Test
    void everybodyLooksTheRightWay() {
        Set<String> violations = new LinkedHashSet<>();
        for (Dependency dependency : dependenciesAmongUs()) {
            Tree.Module from = module(dependency.getOriginClass());
            Tree.Module to = module(dependency.getTargetClass());
            Directions.objection(from, to)
                    .ifPresent(why -> violations.add(dependency.getDescription() + ": " + why));
        }
        assertEquals(Set.of(), violations);
    }

    /** What capabilities ask doors: who fulfils it has nothing of a capability to call by it. */
    private static final Set<String> ASKED = Set.of("org.domicile.streams.Admission");

    /**
     * What a door knows of a capability are its words: records, enums, sealed choices. Whoever
     * holds the contract itself could call it without the guard.
     */
    @Test
    void aDoorKnowsTheWordsOfACapabilityAndNeverHoldsIt() {
        Set<String> violations = new LinkedHashSet<>();
        for (Dependency dependency : dependenciesAmongUs()) {
            JavaClass target = dependency.getTargetClass().getBaseComponentType();
            if (module(dependency.getOriginClass()).layer().equals("doors")
                    && module(target).layer().equals("capabilities")
                    && !ASKED.contains(target.getName())
                    && !isWord(target.reflect())) {
                violations.add(dependency.getDescription());
            }
        }
        assertEquals(Set.of(), violations);
    }

    private static boolean isWord(Class<?> type) {
        return type.isRecord()
                || type.isEnum()
                || type.isSealed()
                || Throwable.class.isAssignableFrom(type);
    }

    @Test
    void noModulesSeeEachOther() {
        Map<String, Set<String>> seen = new TreeMap<>();
        for (Dependency dependency : dependenciesAmongUs()) {
            seen.computeIfAbsent(moduleOf(dependency.getOriginClass()), name -> new TreeSet<>())
                    .add(moduleOf(dependency.getTargetClass()));
        }
        assertEquals(List.of(), Cycles.in(seen));
    }

    @Test
    void everyLibraryStaysWithItsOwner() {
        Map<String, String> violations = new LinkedHashMap<>();
        for (JavaClass each : CLASSES) {
            for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
                String target = dependency.getTargetClass().getBaseComponentType().getPackageName();
                if (!isOurs(target)) {
                    Owners.objection(moduleOf(each), target)
                            .ifPresent(why -> violations.put(dependency.getDescription(), why));
                }
            }
        }
        assertEquals(Map.of(), violations);
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> violations = new TreeSet<>();
        for (JavaClass each : CLASSES) {
            boolean marked =
                    each.getPackage()
                            .tryGetPackageInfo()
                            .map(info -> info.isAnnotatedWith(NullMarked.class))
                            .orElse(false);
            if (!marked) {
                violations.add(each.getPackageName() + " has no @NullMarked package-info");
            }
        }
        assertEquals(Set.of(), violations);
    }

    @Test
    void onlyCommandsWriteToTheTerminal() {
        Set<String> commands = Set.of("launcher", "verifier", "bench", "proof");
        Set<String> violations = new TreeSet<>();
        for (JavaClass each : CLASSES) {
            for (JavaFieldAccess access : each.getFieldAccessesFromSelf()) {
                boolean terminal =
                        access.getTargetOwner().isEquivalentTo(System.class)
                                && Set.of("out", "err").contains(access.getName());
                if (terminal && !commands.contains(moduleOf(each))) {
                    violations.add(access.getDescription());
                }
            }
        }
        assertEquals(Set.of(), violations);
    }

    @Test
    void theRulesBite() {
        assertObjects("doors/s3", "substrate/keyspace");
        assertObjects("doors/s3", "capabilities/keys");
        assertObjects("doors/s3", "doors/web");
        assertObjects("capabilities/objects", "guard");
        assertObjects("substrate/blobs", "capabilities/keys");
        assertObjects("ground/bytes", "substrate/blobs");
        assertObjects("guard", "launcher");
        assertObjects("verifier", "ground/request");
        assertObjects("witness", "capabilities/ledger");
        assertObjects("verifier", "witness");
        assertObjects("backup", "substrate/keyspace");
        assertObjects("somewhere/else", "ground/bytes");
        assertTrue(isWord(Tree.class));
        assertTrue(!isWord(Runnable.class));
        assertAllows("doors/s3", "doors/http");
        assertAllows("doors/s3", "guard");
        assertAllows("launcher", "verifier");
        assertAllows("witness", "verifier");
        assertAllows("launcher", "witness");
        assertAllows("proof", "launcher");
        assertAllows("verifier", "ground/bytes");
        assertTrue(Owners.objection("s3", "io.netty.buffer").isPresent());
        assertTrue(Owners.objection("http", "io.netty.buffer").isEmpty());
        assertTrue(Owners.objection("http", "com.google.common.collect").isPresent());
        assertTrue(Owners.objection("bytes", "java.nio.file").isEmpty());
        assertEquals(
                List.of("a → b → a"), Cycles.in(Map.of("a", Set.of("b"), "b", Set.of("a", "c"))));
    }

    private static void assertObjects(String from, String to) {
        assertTrue(objection(from, to).isPresent(), from + " must not see " + to);
    }

    private static void assertAllows(String from, String to) {
        assertEquals(Optional.empty(), objection(from, to), from + " may see " + to);
    }

    private static Optional<String> objection(String from, String to) {
        return Directions.objection(new Tree.Module(Path.of(from)), new Tree.Module(Path.of(to)));
    }

    private static List<Dependency> dependenciesAmongUs() {
        List<Dependency> found = new ArrayList<>();
        for (JavaClass each : CLASSES) {
            for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass();
                if (isOurs(target.getPackageName()) && !moduleOf(target).equals(moduleOf(each))) {
                    found.add(dependency);
                }
            }
        }
        return found;
    }

    private static boolean isOurs(String packageName) {
        return packageName.startsWith(OURS);
    }

    private static String moduleOf(JavaClass each) {
        return each.getPackageName().substring(OURS.length());
    }

    private static Tree.Module module(JavaClass each) {
        Tree.Module module = MODULES.get(moduleOf(each));
        if (module == null) {
            throw new IllegalStateException(each.getName() + " is in no module of the root pom");
        }
        return module;
    }
}
