package org.modiste.client;

import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks a real service what an app would, and prints what came of it as one line of JSON. */
public final class ClientCheck {
    private static final String SURROGATES = "l\u00e4ngs \"gestreift\" \uD83D\uDC57";

    private ClientCheck() {}

    public static void main(String[] arguments) throws Exception {
        ModisteClient shop = new ModisteClient(arguments[0] + "/", "a-key", 5000, 4);
        byte[] photo = Files.readAllBytes(Paths.get(arguments[1]));
        String itemId = arguments[2];
        Map<String, Object> found = new LinkedHashMap<String, Object>();

        Search search = new Search().text(SURROGATES).user("U1").k(2).filter("color", "red");
        List<Fields> products = shop.recommend(search).objects("recommendations");
        found.put("first", products.get(0).text("item_id"));
        found.put("reasons", products.get(0).objects("reasons").size());

        Fields seen = shop.recommend(new Search().box(0.1, 0.1, 0.9, 0.9), photo);
        found.put("category", seen.object("garment").text("category"));
        found.put("box", seen.object("garment").numbers("box"));

        Fields garment = shop.detect(photo, new Search().box(0.1, 0.1, 0.9, 0.9).text("not sent"));
        found.put("detected", garment.text("category"));
        found.put("numbers", garment.numbers("embedding").size());
        List<Double> embedding = Arrays.asList(0.25, -1e-7);
        Search alike = new Search().embedding(embedding).bought(Arrays.asList(itemId)).k(2);
        Fields page = shop.recommend(alike);
        Fields next = shop.recommend(alike.cursor(page.text("next_cursor")));
        found.put("page", page.objects("recommendations").get(0).text("item_id"));
        found.put("next", next.objects("recommendations").get(0).text("item_id"));
        found.put("rank", next.objects("recommendations").get(0).number("rank"));
        String shown = page.objects("recommendations").get(0).text("item_id");
        found.put("liked", shop.feedback(page.text("search_id"), shown, "like").text("new"));
        found.put("liked again", shop.feedback(page.text("search_id"), shown, "like").text("new"));
        Fields others = shop.recommend(new Search().exclude(Arrays.asList(shown)).k(1));
        found.put("not excluded", others.objects("recommendations").get(0).text("item_id"));
        Search both = new Search().filter("color", "red", "navy").range("price", 12, 20);
        found.put("both", shop.facets(both).number("count"));
        try {
            shop.facets(new Search().filter("color", "n\u00e4vy & +blue"));
        } catch (ProblemException problem) {
            found.put("no such colour", problem.detail());
        }
        found.put("all", shop.facets(null).number("count"));
        found.put("look", shop.complete(arguments[3], 3, "U 1").objects("recommendations").size());

        found.put("title", shop.item(itemId).text("title"));
        found.put("title again", shop.item(itemId).text("title"));
        byte[] image = shop.image(itemId);
        found.put("image", Arrays.equals(image, shop.image(itemId)) ? image.length : -1);
        found.put("similar", shop.similar(itemId, 3).objects("recommendations").size());

        try {
            shop.recommend(new Search().k(0));
        } catch (ProblemException problem) {
            found.put("status", problem.status());
            found.put("field", problem.errors().get(0).field);
        }
        try {
            shop.item("no such/item");
        } catch (ProblemException problem) {
            found.put("unknown", problem.status());
        }
        Event event = new Event("U1", "purchase", itemId).quantity(2);
        Event older = new Event("e-1", "U1", "view_item", itemId, new Date(1_700_000_000_000L));
        found.put("new", shop.record(Arrays.asList(event, older)).number("new"));
        found.put("known", shop.record(Arrays.asList(event, older)).number("known"));
        found.put("slashed", shop.item(arguments[3]).text("title"));
        found.put("ready", shop.ready().text("status"));
        System.out.println(Json.write(found));
    }
}
