package org.domicile.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Documents point at what is there, decisions are numbered, versions stand in one place. */
class DocumentsTest {
    private static final Tree TREE = Tree.read();

    /** A link's target in a Markdown file, less its anchor. */
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)[^)]*\\)");

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            Matcher link = LINK.matcher(Files.readString(document));
            while (link.find()) {
                String target = link.group(1);
                boolean outside = target.contains("://") || target.startsWith("mailto:");
                if (!outside && !Files.exists(document.resolveSibling(target))) {
                    broken.add(TREE.root().relativize(document) + " → " + target);
                }
            }
        }
        assertEquals(List.of(), broken);
    }

    @Test
    void decisionsAreNumberedWithoutGapAndDated() throws IOException {
        List<String> wrong = new ArrayList<>();
        TreeSet<Integer> numbers = new TreeSet<>();
        try (Stream<Path> pages = Files.list(TREE.root().resolve("docs/decisions"))) {
            for (Path page : pages.sorted().toList()) {
                String name = page.getFileName().toString();
                if (!name.matches("\\d{4}-[a-z0-9-]+\\.md")) {
                    wrong.add(name + ": NNNN-title.md");
                    continue;
                }
                if (!numbers.add(Integer.valueOf(name.substring(0, 4)))) {
                    wrong.add(name + ": the number is taken");
                }
                if (!Pattern.compile("\\b20\\d\\d-\\d\\d-\\d\\d\\b")
                        .matcher(Files.readString(page))
                        .find()) {
                    wrong.add(name + ": no date");
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(numbers.size(), numbers.last(), "a number is missing among " + numbers);
    }

    @Test
    void versionsStandInTheRootPomOnly() throws IOException {
        Pattern version = Pattern.compile("<version>\\d[^<]*</version>");
        List<String> wrong = new ArrayList<>();
        for (Tree.Module module : TREE.modules()) {
            String pom = Files.readString(TREE.root().resolve(module.folder()).resolve("pom.xml"));
            int parent = pom.indexOf("</parent>");
            assertTrue(parent > 0, module + " has no parent");
            if (version.matcher(pom).region(parent, pom.length()).find()) {
                wrong.add(module.folder().toString());
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static List<Path> documents() throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path folder : List.of(TREE.root(), TREE.root().resolve("docs"))) {
            int depth = folder.equals(TREE.root()) ? 1 : 4;
            try (Stream<Path> files = Files.walk(folder, depth)) {
                files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(found::add);
            }
        }
        return found;
    }
}
