"""What people call the things of a shop, in several languages: each word with the English one we reason in.

Data only. Accents are left out and plurals are given where English rules do not undo them.
"""

from __future__ import annotations

SYNONYMS = {
    # people
    "user": "usr usuario usuarios usuaria utilisateur utilisateurs benutzer utente utenti gebruiker uzytkownik",
    "customer": "cust client cliente clientes clienti kunde kunden klant klanten klient consumidor customer cliente",
    "account": "acct conta cuenta compte konto",
    "buyer": "comprador compradores acheteur kaufer acquirente",
    "person": "people pessoa pessoas persona personas personne personnes",
    "member": "mitglied membro miembro membre",
    # goods
    "product": "prod produto produtos producto productos produit produits produkt produkte prodotto prodotti",
    "article": "artikel articulo articulos artigo artigos articolo articoli",
    "good": "goods mercadoria mercadorias mercancia marchandise ware waren merchandise",
    "book": "livro livros libro libros livre livres buch bucher",
    "category": "cat categ categoria categorias categorie categories kategorie kategorien kategoria rubrique rubrik",
    "genre": "genero generos",
    "variant": "variante variantes varianten variacao",
    # orders
    "order": "ord pedido pedidos orden ordenes encomenda encomendas commande commandes bestellung bestellungen bestell "
    "auftrag auftrage ordine ordini bestelling zamowienie zamowienia",
    "purchase": "compra compras achat achats einkauf acquisto acquisti",
    "sale": "venda vendas venta ventas vente ventes verkauf verkaufe vendita vendite sales",
    "invoice": "fatura faturas factura facturas facture factures rechnung fattura",
    "item": "itens elemento elementos",
    "line": "linha linhas linea lineas ligne lignes zeile riga righe",
    "position": "positionen posicao posicion posten pozycja pos",
    "detail": "detalle detalles detalhe detalhes dettaglio dettagli einzelheit",
    "cart": "carrinho carrinhos carrito carritos panier warenkorb carrello basket bag",
    "payment": "pagamento pagamentos pago pagos paiement zahlung pagamento pay",
    "review": "avaliacao avaliacoes resena resenas avis bewertung bewertungen recensione rating ratings",
    "address": "addr endereco enderecos direccion direcciones domicilio adresse adressen adresses indirizzo adres",
    "shipment": "shipping envio entrega livraison versand spedizione lieferung delivery",
    "coupon": "cupom cupon voucher gutschein",
    "wishlist": "favorito favoritos favorite favorites merkliste",
    # attributes
    "quantity": "qty qnt qtd qtde qte cant quantidade quantidades cantidad cantidades quantite menge anzahl aantal "
    "hoeveelheid quantita ilosc quantities",
    "price": "preco precos precio precios prix preis preise prezzo prezzi prijs cena msrp",
    "cost": "custo costo cout kosten koste",
    "amount": "amt valor montant betrag importo importe bedrag",
    "discount": "desconto descuento remise rabatt sconto",
    "tax": "imposto impuesto taxe steuer imposta vat iva mwst",
    "freight": "frete flete fracht",
    "name": "nome nombre naam nazwa noms nom fname lname",
    "title": "titulo titre titel titolo",
    "description": "desc descr descricao descripcion beschreibung descrizione",
    "email": "mail correo courriel emails mails",
    "password": "passwd pwd senha contrasena passwort motdepasse passw",
    "login": "username nick nickname usuariologin",
    "status": "estado situacao statut zustand stato estatus estados situacion statuses",
    "date": "dt fecha fechas datum dat",
    "time": "hora heure zeit uhrzeit timestamp datetime ts",
    "created": "criado creado cree erstellt criacao creacion creation",
    "updated": "atualizado actualizado modifie aktualisiert",
    "phone": "tel telefone telefono telephone telefon celular movil mobile fone handy fax cellphone",
    "zip": "cep postal postcode plz zipcode zip postleitzahl",
    "stock": "estoque estoques existencia existencias bestand lager inventory inventario stk onhand",
    "number": "num numero nummer nr",
    "code": "codigo cod kod",
    "unit": "unidade unidad unite einheit einzel stuck unitario unitaire unidades units",
    "total": "gesamt summe suma soma somme totale",
    "parent": "pai padre superior",
    "brand": "marca marcas marque marke manufacturer fabricante hersteller",
    "supplier": "fornecedor fornecedores proveedor proveedores fournisseur lieferant fornitore vendor seller supp",
    "image": "imagem imagens imagen imagenes bild bilder immagine photo picture foto fotos",
    "comment": "comentario comentarios commentaire kommentar",
    "city": "cidade ciudad ville stadt citta",
    "country": "pais pays land paese",
    "state": "provincia bundesland region",
}

# Whole words that are fine as they are; also the pieces from which glued names (`orderdetails`) are cut.
WORDS = (
    "accessory active add adjustment admin app at attribute audit author available avail balance barcode base billing "
    "birth booking bulk by catalog cent cents change child code collection content count coupon currency data days "
    "deleted department detail document end entry event expiry ext extended feature fee file first flag full gift "
    "group has hash header history home house id image in info is key kind label last level link list log map market "
    "master max media menu method min model msg no note of off old on option order ordered page paid part permission "
    "placed promotion property provider rate ref reference refund region retail return role row sale sales segment "
    "session set setting ship shop shopping size sku slug sort source start state store street sub subcategory "
    "subscription subtotal tag taxon text theme thing ticket token track tracking transaction translation type "
    "url value variation version view visit warehouse weight work xref year"
)

GLUE = frozenset({"id", "no", "at", "by", "on", "of", "in", "is"})

NO_SINGULAR = frozenset({"series", "status", "address", "movies", "news", "sms", "gps", "canvas", "bus", "basis"})
