package org.domicile.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import org.domicile.policy.Policy;
import org.junit.jupiter.api.Test;

/** The description has every route, and nothing else. */
class DescriptionTest {
    @Test
    void describesEveryOperationAndNoOther() throws IOException {
        TreeMap<String, String> described = new TreeMap<>();
        try (InputStream file = AdminDoor.class.getResourceAsStream("openapi.json")) {
            assertNotNull(file);
            JsonParser json = new JsonFactory().createParser(file);
            json.nextToken();
            while (!"paths".equals(json.nextFieldName())) {
                json.nextToken();
                json.skipChildren();
            }
            assertEquals(JsonToken.START_OBJECT, json.nextToken());
            for (String path = json.nextFieldName(); path != null; path = json.nextFieldName()) {
                assertEquals(JsonToken.START_OBJECT, json.nextToken());
                for (String method = json.nextFieldName();
                        method != null;
                        method = json.nextFieldName()) {
                    described.put(method.toUpperCase(Locale.ROOT) + " " + path, operationId(json));
                }
            }
        }
        TreeMap<String, String> answered = new TreeMap<>();
        for (Operation each : Operation.values()) {
            answered.put(
                    each.method() + " " + each.path(), each.action().substring("admin:".length()));
        }
        assertEquals(answered, described);
        assertEquals(answered.size(), new TreeSet<>(answered.values()).size());
    }

    @Test
    void policiesCanNameEveryOperation() {
        for (Operation each : Operation.values()) {
            assertTrue(
                    Policy.actions().contains(each.action()),
                    each.action() + " is not in schema.cedarschema of capabilities/policy");
        }
    }

    private static String operationId(JsonParser json) throws IOException {
        String found = "";
        assertEquals(JsonToken.START_OBJECT, json.nextToken());
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            json.nextToken();
            if (field.equals("operationId")) {
                found = json.getText();
            } else {
                json.skipChildren();
            }
        }
        return found;
    }
}
