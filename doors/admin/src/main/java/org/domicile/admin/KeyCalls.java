package org.domicile.admin;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.domicile.guard.Administration;
import org.domicile.policy.NamedKey;

/** Named keys of organisations. */
final class KeyCalls {
    private KeyCalls() {}

    static void answer(Call call) throws IOException {
        Administration administration = call.administration();
        switch (call.asked().operation()) {
            case LIST_NAMED_KEYS -> list(call);
            case CREATE_NAMED_KEY -> {
                Input input = Input.body(call.exchange(), "organisation", "name");
                NamedKey made =
                        administration.createKey(input.text("organisation"), input.text("name"));
                call.json(201, json -> Form.key(json, made));
            }
            case DESTROY_NAMED_KEY -> {
                NamedKey gone =
                        administration.destroyKey(call.name("organisation"), call.name("name"));
                call.json(200, json -> Form.key(json, gone));
            }
            default -> throw new IllegalStateException("no key: " + call.asked().operation());
        }
    }

    private static void list(Call call) throws IOException {
        Optional<String> organisation =
                Input.query(call.exchange().rawQuery(), "organisation").optional("organisation");
        List<NamedKey> found =
                call.administration().register().keys().values().stream()
                        .filter(each ->
                                organisation.isEmpty()
                                        || organisation.get().equals(each.organisation()))
                        .sorted(Comparator.comparing(NamedKey::id))
                        .toList();
        RegisterCalls.items(call, found, Form::key);
    }
}
