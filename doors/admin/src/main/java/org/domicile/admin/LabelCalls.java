package org.domicile.admin;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.domicile.guard.Administration;
import org.domicile.policy.Label;
import org.domicile.policy.Marks;
import org.domicile.policy.Register;

/** What data are, and whom they are for. */
final class LabelCalls {
    private LabelCalls() {}

    static void answer(Call call) throws IOException {
        Administration administration = call.administration();
        switch (call.asked().operation()) {
            case LIST_LABELS -> list(call);
            case SET_LABEL -> {
                Input input =
                        Input.body(
                                call.exchange(),
                                "bucket",
                                "prefix",
                                "classes",
                                "prohibited",
                                "only");
                List<String> only = input.texts("only");
                Label made =
                        administration.label(
                                input.text("bucket"),
                                input.text("prefix", ""),
                                new Marks(
                                        input.texts("classes"),
                                        input.texts("prohibited"),
                                        only.isEmpty() ? List.of() : List.of(only)));
                call.json(201, json -> Form.label(json, made));
            }
            case REMOVE_LABEL -> {
                Input input = Input.body(call.exchange(), "bucket", "prefix");
                Label gone =
                        administration.removeLabel(input.text("bucket"), input.text("prefix", ""));
                call.json(200, json -> Form.label(json, gone));
            }
            case READ_LABELS -> {
                Input input = Input.query(call.exchange().rawQuery(), "bucket", "name");
                Administration.Labelled found =
                        administration.labelled(input.text("bucket"), input.text("name", ""));
                call.json(200, json -> Form.labelled(json, found));
            }
            default -> throw new IllegalStateException("no label: " + call.asked().operation());
        }
    }

    private static void list(Call call) throws IOException {
        Optional<String> organisation =
                Input.query(call.exchange().rawQuery(), "organisation").optional("organisation");
        Register register = call.administration().register();
        List<Label> labels =
                register.labels().values().stream()
                        .flatMap(List::stream)
                        .filter(each ->
                                organisation.isEmpty()
                                        || organisation.get().equals(each.organisation()))
                        .sorted(Comparator.comparing(Label::id))
                        .toList();
        RegisterCalls.items(call, labels, Form::label);
    }
}
