package org.domicile.rck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.iceberg.rest.RESTCompatibilityKitCatalogTests;
import org.apache.iceberg.rest.RESTCompatibilityKitViewCatalogTests;
import org.junit.jupiter.api.Test;

/** What is left out is there: a list that is older than the kit would hide that it runs less. */
class LeftOutTest {
    @Test
    void everyTestThatIsLeftOutIsOneOfTheKits() {
        Set<String> names = new TreeSet<>(LeftOut.reasons().keySet());
        Stream.of(
                        RESTCompatibilityKitCatalogTests.class,
                        RESTCompatibilityKitViewCatalogTests.class)
                .flatMap(kit -> Arrays.stream(kit.getMethods()))
                .map(Method::getName)
                .forEach(names::remove);
        assertEquals(Set.of(), names);
    }
}
